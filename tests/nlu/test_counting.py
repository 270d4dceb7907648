"""All texts counted at once weigh what each weighs by itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlu.counting import weigh
from nlu.linear import tf_idf

texts = st.lists(st.lists(st.sampled_from("abcdef"), max_size=8).map(tuple), min_size=1, max_size=6)


@given(texts, st.integers(1, 3))
def test_a_row_is_what_its_text_weighs_by_itself(texts: list[tuple[str, ...]], least: int) -> None:
    vocabulary, idf, matrix = weigh(texts, least)
    assert list(vocabulary) == sorted(f for f in set("abcdef") if sum(f in text for text in texts) >= least)
    for at, text in enumerate(texts):
        rows, values = tf_idf(text, vocabulary, idf)
        row = matrix[at]
        assert row.indices.tolist() == rows.tolist()
        np.testing.assert_allclose(row.data, values, rtol=1e-5)
