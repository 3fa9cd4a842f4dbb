"""How many of the cases filed in each year are still going on? Run: python story.py clearinghouse-csv figure.svg"""

import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "clearinghouse"
from matplotlib import pyplot  # noqa: E402

from read_with_pandas import read  # noqa: E402

cases = read(sys.argv[1], "cases").dropna(subset=["filing_date"])
cases["year"] = cases["filing_date"].dt.year
cases["fate"] = cases["case_ongoing"].map({"Yes": "ongoing", "No": "ended"}).fillna("not known")
counts = cases[cases["year"] >= 2000].groupby(["year", "fate"]).size().unstack(fill_value=0)
counts = counts.reindex(columns=["ended", "ongoing", "not known"], fill_value=0)
counts.plot.bar(stacked=True, width=0.9, color=["#bbbbbb", "#1f6f8b", "#e0d6b8"], figsize=(8, 4))
pyplot.title("Cases by year of filing (invented data of the demo)")
pyplot.xlabel("year of filing")
pyplot.ylabel("cases")
pyplot.tight_layout()
pyplot.savefig(sys.argv[2], metadata={"Date": None})
