"""OpenID4VP 1.0 under HAIP 1.0: the messages both ends share, and the relying party's state.

``dcql`` asks and answers, ``request_object`` carries the question, ``response`` the answer;
``relying_party`` keeps a request from its creation until its answer is taken, once.
"""
