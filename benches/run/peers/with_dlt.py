#!/usr/bin/env python3
"""dlt: the same hours into SQLite or DuckDB, cut to the columns that samband writes. usage: with_dlt.py URL DESTINATION WHERE STATE_DIR MODE
MODE load: merge by guid, everything read (a second time it is the rerun in which nothing changed)
MODE since: the same with dlt's incremental cursor, which the server is asked for as changedSince"""
import sys

import dlt
import requests
from dlt.sources.rest_api import rest_api_source

url, kind, where, state, mode = sys.argv[1:6]
login = {"client_id": "bench", "client_secret": "bench", "scope": "hours:read"}
token = requests.post(url + "/v1/token", json=login, headers={"Client_Id": "bench"}).json()["access_token"]


def cut(h):
    def of(name, member):
        return (h.get(name) or {}).get(member)

    def amount(value):
        return round(float(value or 0), 2)

    billable = h["isBillable"]
    return {
        "guid": h["guid"], "dt": int(h["eventDate"][:10].replace("-", "")), "val1": amount(h["quantity"]),
        "val2": amount(h["plannedInvoiceQuantity"]) if billable else 0.0,
        "val3": amount(of("unitPrice", "amount")) if billable else 0.0, "val4": amount(of("unitCost", "amount")),
        "user": of("user", "guid"), "customer": of("customer", "guid"), "project": of("project", "guid"),
        "prod": of("workType", "code"), "txt": f"{of('phase', 'name') or ''}: {h['description'] or ''}".strip()[:80],
        "upd": h["lastUpdatedDateTime"] or h["createdDateTime"]}


params = {"rowCount": 1000, "eventDateStart": "2026-01-01"}
endpoint = {"path": "workhours", "params": params,
            "paginator": {"type": "header_cursor", "cursor_key": "NextPageToken", "cursor_param": "pageToken"}}
if mode == "since":
    endpoint["incremental"] = {"cursor_path": "upd", "start_param": "changedSince", "initial_value": "2000-01-01T00:00:00Z"}
resource = {"name": "workhours", "endpoint": endpoint, "write_disposition": "merge", "primary_key": "guid",
            "processing_steps": [{"filter": lambda h: h["isApproved"] is True}, {"map": cut}]}
client = {"base_url": url + "/v1/", "headers": {"Client_Id": "bench"}, "auth": {"type": "bearer", "token": token}}
source = rest_api_source({"client": client, "resources": [resource]})
destination = {"sqlite": lambda: dlt.destinations.sqlalchemy(f"sqlite:///{where}"),
               "duckdb": lambda: dlt.destinations.duckdb(where)}[kind]()
pipeline = dlt.pipeline(f"hours_{kind}_{mode}", pipelines_dir=state, destination=destination,
                        dataset_name="ds" if kind != "sqlite" else "main")
print(pipeline.run(source, loader_file_format="parquet" if kind == "duckdb" else None))
