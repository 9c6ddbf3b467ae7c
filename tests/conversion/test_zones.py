"""Time zones: R shows the same wall clock, by a name that R lists, or the zone is refused."""

import datetime
import zoneinfo

import numpy as np
import pytest
from conversion_oracle import r_value

from pybridge import from_r, to_r
from pybridge.errors import ConversionError

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

TIMES = np.array(["2016-01-15T12:00:00.25", "2016-07-15T12:00:00"], "M8[ms]")
KNOWN = zoneinfo.available_timezones() - {"localtime", "Factory"}
LISTED = sorted(KNOWN & set(r_value("OlsonNames()")))
WRONG = ["Mars/Phobos", "localtime", "UTC+1", "UTC-1", "GMT+1", "GMT-1", "UTC+01:00", "+01:00"]
WRONG += ["-05:30", "europe/berlin", "EUROPE/BERLIN", "Europe/Atlantis", "posixrules", "CET-1"]
WRONG += ["EST+5", "EST5EDT4", "PST8", "ABC", "ABC-3", "<+03>-3", "UTC0", "GMT00", "Z", "z", "utc"]
WRONG += ["Utc", "Berlin", "Europe", "Europe/", "../UTC", "/UTC", "right/UTC", "posix/UTC"]
WRONG += ["America/New York", "America/New_York ", " ", "UTC ", "+00:00", "Etc/GMT+30", "\u00e9"]
REFUSED = r"the time zone .* (of `.` is none of OlsonNames\(\)|has no name in R)"
TABLES = {
    "pandas": lambda zone: pd.DataFrame(
        {"t": pd.DatetimeIndex(TIMES).tz_localize("UTC").tz_convert(zone)}
    ),
    "polars": lambda zone: pl.DataFrame(
        {"t": pl.Series(TIMES).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)}
    ),
    "pyarrow": lambda zone: pa.table({"t": pa.array(TIMES, pa.timestamp("ms", zone))}),
}
CLOCK = "vapply(x, function(x) format(x$t, '%Y-%m-%d %H:%M:%S'), character(2))"


def wall_clock(zone):
    """Return the times as Python's own library shows them."""
    times = [datetime.datetime.fromisoformat(f"{time}+00:00") for time in TIMES.astype("M8[s]")]
    return [f"{t.astimezone(zoneinfo.ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}" for t in times]


@pytest.mark.parametrize("library", TABLES)
def test_r_shows_the_wall_clock_of_every_zone(library):
    tables = [TABLES[library](zone) for zone in LISTED]
    in_r = to_r(tables)
    clocks = [clock for zone in LISTED for clock in wall_clock(zone)]
    assert list(r_value(CLOCK, x=in_r)) == clocks
    zones = list(r_value("vapply(x, function(x) attr(x$t, 'tzone'), '')", x=in_r))
    assert len(zones) > 400
    if library == "pyarrow":  # the others may know a zone by another of its names
        assert zones == LISTED
    for table, one in zip(tables[::9], in_r[::9], strict=True):
        back = from_r(one, like=table)
        assert pa.table(back).equals(pa.table(table))


@pytest.mark.parametrize("library", TABLES)
@pytest.mark.parametrize("zone", [*WRONG, *sorted(KNOWN - {*LISTED})])
def test_a_zone_that_r_does_not_list_is_refused(zone, library):
    try:
        table = TABLES[library](zone)
    except BaseException:  # polars has errors of its own class
        return  # the library itself refuses it
    known = str(getattr(table["t"], "dtype", getattr(table["t"], "type", "")))
    if zone in known:
        with pytest.raises(ConversionError, match=REFUSED):
            to_r(table)
    else:  # the library knows the zone by another name
        to_r(table)


@pytest.mark.parametrize("zone", [zone for zone in WRONG if zone.isascii()])
def test_a_zone_of_r_that_r_does_not_list_is_refused(zone):
    column = r_value(f"structure(0, class = c('POSIXct', 'POSIXt'), tzone = '{zone}')")
    with pytest.raises(ConversionError, match=REFUSED):
        from_r(column, like="pandas")
