"""One suite over every channel. To test a new one, write what is its own, and the suite does the rest:

``<name>_webhooks.py``   what its provider posts, as a table of :class:`tests.channels.signing.Webhook`, each with what
                         becomes of it; viber_webhooks.py is the pattern
``harness.py``           how it is built, what its provider answers, its codes and their remedies: one `ChannelHarness`
``signing.py``           how its provider signs
``../harness.py``        the settings under which it runs; ``../guards/test_house.py`` lists its folder
"""
