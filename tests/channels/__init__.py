"""One suite over every channel. To test a new one, write what is its own, and the suite does the rest:

``<name>_webhooks.py``   what its provider posts, as a table of :class:`tests.channels.signing.Webhook`, each with what
                         becomes of it; viber_webhooks.py is the pattern
``<name>_harness.py``    how it is built and set, how its provider signs, what it answers, its codes and their remedies:
                         one :class:`tests.channels.harness.ChannelHarness`
``registry.py``          one line: the harness among the others
"""
