"""The customer and the account as the broker's JSON: who it is and what it may do."""

from typing import Any

Shown = dict[str, Any]


def account(number: str, opened: str, *, is_cash: bool = False) -> Shown:
    """The account itself."""
    return {
        "account-number": number, "external-id": number, "opened-at": opened,
        "nickname": "Paper", "account-type-name": "Individual", "is-closed": False,
        "day-trader-status": False, "is-firm-error": False, "is-firm-proprietary": False,
        "is-futures-approved": True, "is-test-drive": False,
        "margin-or-cash": "Cash" if is_cash else "Margin",
        "is-foreign": True, "created-at": opened, "regulatory-domain": "USA",
        "investment-objective": "SPECULATION", "suitable-options-level": "No Restrictions",
    }  # fmt: skip


def trading_status(number: str, at: str, *, is_called: bool) -> Shown:
    """What the account may do: everything, as far as this exchange goes, and whether it is called."""
    said = (
        "are-far-otm-net-options-restricted", "has-intraday-equities-margin",
        "is-aggregated-at-clearing",
        "is-closed", "is-closing-only", "is-cryptocurrency-enabled", "is-frozen",
        "is-full-equity-margin-required", "is-futures-closing-only", "is-futures-intra-day-enabled",
        "is-in-day-trade-equity-maintenance-call", "is-pattern-day-trader",
        "is-small-notional-futures-intra-day-enabled", "is-roll-the-day-forward-enabled",
        "is-equity-offering-enabled", "is-equity-offering-closing-only", "is-portfolio-margin-enabled",
    )  # fmt: skip
    return dict.fromkeys(said, False) | {
        "account-number": number, "id": 1, "is-in-margin-call": is_called,
        "equities-margin-calculation-type": "Reg T",
        "fee-schedule-name": "default", "futures-margin-rate-multiplier": "1.0",
        "small-notional-futures-margin-rate-multiplier": "1.0", "is-futures-enabled": True,
        "options-level": "No Restrictions", "short-calls-enabled": True, "day-trade-count": 0,
        "updated-at": at,
    }  # fmt: skip


def position_limit(number: str) -> Shown:
    """The most that may be ordered and held; far beyond what the gates of any desk let through."""
    limits = (
        "equity-order-size", "equity-option-order-size", "future-order-size",
        "future-option-order-size", "underlying-opening-order-limit", "equity-position-size",
        "equity-option-position-size", "future-position-size", "future-option-position-size",
    )  # fmt: skip
    return {"account-number": number, **dict.fromkeys(limits, 10_000)}


def customer(at: str) -> Shown:
    """Whoever asks: nobody in particular."""
    address = {
        "street-one": "1 Paper Lane", "city": "London", "state-region": "London",
        "postal-code": "E1 1AA", "country": "GBR", "is-foreign": True, "is-domestic": False,
    }  # fmt: skip
    return {
        "id": "me", "first-name": "Paper", "last-name": "Trader", "address": address,
        "mailing-address": address, "is-foreign": True, "regulatory-domain": "USA",
        "usa-citizenship-type": "Foreign", "mobile-phone-number": "0", "birth-date": "1980-01-01",
        "email": "paper@localhost", "tax-number-type": "SSN", "subject-to-tax-withholding": False,
        "has-industry-affiliation": False, "has-listed-affiliation": False,
        "has-political-affiliation": False, "has-delayed-quotes": False,
        "has-pending-or-approved-application": True, "is-professional": False,
        "permitted-account-types": [], "created-at": at, "external-id": "local",
    }  # fmt: skip
