"""The sandbox: a small world of painters whose styles are known numbers (docs/sandbox.md)."""
