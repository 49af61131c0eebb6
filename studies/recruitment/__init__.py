"""Recruitment: arrivals, receipts, the panel's study and submissions, and a ledger of payments."""
