"""Shapes that are those of secrets and of nothing else: an issuer's prefix and length, a PEM block."""

from __future__ import annotations

from typing import Final

PRIVATE_KEY: Final = "private key"
URL_PASSWORD: Final = "password in a URL"

# Lines in a JSON document end with a backslash and a letter.
_BREAK: Final = r"(?:[\r\n]|\\[rn]){1,8}"
# Of encrypted keys (RFC 1421, 4.6) and of OpenPGP (RFC 9580, 6.2.2); what else has no hyphen.
_HEADER: Final = r"[A-Za-z-]{1,40}: (?:[^\r\n\\]|\\(?![rn])){0,300}"

SHAPES: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    ("AWS access key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    (
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{60,255}\b",
    ),
    ("GitLab token", ("gl",), r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,255}"),
    ("Slack token", ("xox",), r"\bxox[abeoprs]-[A-Za-z0-9-]{10,250}"),
    (
        "Slack webhook",
        ("hooks.slack.com",),
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{20,30}",
    ),
    ("Stripe key", ("k_live_",), r"\b[rs]k_live_[A-Za-z0-9]{20,250}\b"),
    ("Google API key", ("AIza",), r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("npm token", ("npm_",), r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("PyPI token", ("pypi-",), r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,250}"),
    ("Docker Hub token", ("dckr_",), r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,100}"),
    ("SendGrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b"),
    ("OpenAI key", ("T3BlbkFJ",), r"\bsk-[A-Za-z0-9_-]{20,200}T3BlbkFJ[A-Za-z0-9_-]{20,200}"),
    ("Anthropic key", ("sk-ant-",), r"\bsk-ant-[A-Za-z0-9_-]{40,200}"),
    ("HashiCorp Vault token", ("hvs.", "hvb."), r"\bhv[sb]\.[A-Za-z0-9_-]{24,200}"),
    ("DigitalOcean token", ("_v1_",), r"\bdo[opr]_v1_[a-f0-9]{64}\b"),
    ("Hugging Face token", ("hf_",), r"\bhf_[A-Za-z]{34}\b"),
    ("Azure storage key", ("AccountKey=",), r"(?<=AccountKey=)[A-Za-z0-9+/]{86}=="),
    (
        PRIVATE_KEY,
        ("PRIVATE KEY",),
        (
            rf"-----BEGIN (?:[A-Z]{{2,10}} )?PRIVATE KEY(?: BLOCK)?-----(?>(?:{_BREAK}{_HEADER}){{1,10}})?"
            r"[^-]{40,20000}+-----END [A-Z ]{1,40}-----"
        ),
    ),
    (URL_PASSWORD, ("://",), r"(?<=://)[^\s/:@'\"]{1,100}:[^\s/@'\"$<{]{3,200}(?=@[A-Za-z0-9.-])"),
)
"""A kind of secret, what it cannot be without, and its shape as a regular expression.

Every part is bounded or ends at a character that it excludes, as the text is an image's; looking for the fixed part
first is many times as fast.
"""
