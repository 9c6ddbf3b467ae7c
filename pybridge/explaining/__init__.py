"""What subscripts select, in words for people, and the doctor that examines a set-up."""

from pybridge.explaining.explanation import Explanation, explain, explain_named

__all__ = ["Explanation", "explain", "explain_named"]
