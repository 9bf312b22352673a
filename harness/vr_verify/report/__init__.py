"""Verdicts as text and as JSON: pure functions from documents to text and bytes.

The documents are `model.report.Report` and those of `documents.py`. Nothing here prints.
"""
