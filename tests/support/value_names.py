"""The names that the code of values may use, in the corpus and in docs/tables.md."""

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import zoneinfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

MODULES = (collections, dataclasses, datetime, decimal, enum, fractions, zoneinfo)
NAMES = {
    "np": np,
    "pd": pd,
    "pl": pl,
    "pa": pa,
    **{module.__name__: module for module in MODULES},
}
