"""How often semantic hits are right: policies that answer the same requests in one run. See docs/evaluation.md."""
