"""The grammar of HTTP that every route speaks: strict input, problems, preconditions, documents.

It knows requests and answers, and no feature.
"""
