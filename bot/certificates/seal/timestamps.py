"""Time-stamps by RFC 3161, answered here: for the demo, which has no time-stamping service to ask."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign import general
from pyhanko.sign.general import simple_cms_attribute
from pyhanko.sign.timestamps import TimeStamper

from bot.certificates.trust import TIME_POLICY

_DIGEST = "sha256"


class OwnTimeStamper(TimeStamper):
    """Signs what it is asked with the machine's clock. What is the same in each answer is kept encoded: to encode it
    anew was half the time of a seal."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._key = key
        self._tsa = x509.GeneralName(name="directory_name", value=certificate.subject).dump()
        whose = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        self._whose = cms.IssuerAndSerialNumber(whose).dump()
        self._certificates = cms.CertificateSet([certificate]).dump()
        named = general.as_signing_certificate_v2(certificate)
        self._signing_certificate = simple_cms_attribute("signing_certificate_v2", named).dump()

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        info = self._info(req, datetime.now(UTC)).dump()
        signed = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info)})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": signed})

    def _info(self, req: tsp.TimeStampReq, now: datetime) -> tsp.TSTInfo:
        told = {
            "version": "v1",
            "policy": TIME_POLICY,
            "message_imprint": req["message_imprint"],
            "serial_number": secrets.randbits(63),
            "gen_time": now,
            "tsa": x509.GeneralName.load(self._tsa),
        }
        if req["nonce"].native is not None:
            told["nonce"] = req["nonce"]
        return tsp.TSTInfo(told)

    def _signed(self, info: bytes) -> cms.SignedData:
        hashed = hashes.Hash(hashes.SHA256())
        hashed.update(info)
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                cms.CMSAttribute.load(self._signing_certificate),
                simple_cms_attribute("message_digest", hashed.finalize()),
            ]
        )
        signature = self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        whose = cms.IssuerAndSerialNumber.load(self._whose)
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": whose}),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": _DIGEST}),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signed_attrs": attributes,
            "signature": signature,
        }
        content = {"content_type": "tst_info", "content": core.ParsableOctetString(info)}
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": _DIGEST})],
                "encap_content_info": content,
                "certificates": cms.CertificateSet.load(self._certificates),
                "signer_infos": [signer],
            }
        )
