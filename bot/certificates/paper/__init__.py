"""The paper itself: its code, its QR, its page. Pure, but for the fonts and the layouts that stand beside it."""
