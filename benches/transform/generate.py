#!/usr/bin/env python3
"""Synthetic work-hour records (NDJSON), shaped like a PSA REST API's work hours.

usage: generate.py COUNT OUT [--seed N] [--changed PERCENT]
Quantities are eighths of an hour or minutes/60 to four decimals, so that every half-even tie is
exact in binary and implementations on doubles and on decimals must agree to the byte.
--changed P rewrites the description of about P percent of the records (for difference tests).
"""
import argparse
import json
import random
import uuid

FIRST = "Åsa Björn Päivi Jörgen Søren Mette Øyvind Kåre Ærika Väinö Liisa Þóra Jón Anna Erik Maija Olavi Sigrún Göran Tuula".split()
LAST = "Mäkinen Åkesson Sørensen Ødegård Virtanen Hämäläinen Bjørnstad Nyström Æbelø Guðmundsson Lindström Järvinen Nørgaard Þórsson Koskinen".split()
WORDS = ("työ palaveri määrittely käyttöönotto testaus möte utveckling förändring kundbesök felsökning "
         "møde rådgivning tilpasning opplæring gjennomføring årsoppgjør integrasjon støtte návsteva "
         "review meeting ülevaade arve tööaeg ÄÖÅ naïve – “quoted” 50% A/B \\path\\ tab\there").split(" ")
PHASES = ["Määrittely", "Toteutus", "Förstudie", "Gjennomføring", "Idriftsættelse", "Support", "Übergabe", "Test & QA"]
CUR = ["EUR", "NOK", "SEK", "DKK", "USD", "GBP"]


def guid(r):
    return str(uuid.UUID(int=r.getrandbits(128), version=4))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("count", type=int)
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=20250101)
    ap.add_argument("--changed", type=float, default=0.0)
    a = ap.parse_args()
    r = random.Random(a.seed)
    users, projects, units, types = [], [], [], []
    for i in range(400):
        f, l = r.choice(FIRST), r.choice(LAST)
        users.append({"guid": guid(r), "code": None if i % 23 == 0 else f" E{i:04d}", "firstName": f, "lastName": l,
                      "name": f"{f} {l}", "email": f"User{i}.Example@Example.COM"})
    for i in range(1500):
        c = {"guid": guid(r), "number": 10000 + i // 3, "name": f"Asiakas {r.choice(LAST)} Oy"}
        projects.append({"guid": guid(r), "number": 1000 + i, "name": f"Projekti {r.choice(WORDS)} {i}", "customer": c})
    phases = [{"guid": guid(r), "code": f"PH{i}", "name": n} for i, n in enumerate(PHASES)]
    for i in range(12):
        units.append({"guid": guid(r), "name": f"Yksikkö {i}", "code": None if i == 5 else str(100 + i * 10)})
    for i in range(60):  # ten more than the lookup table knows
        types.append({"guid": guid(r), "name": f"Työlaji {i}", "code": f"WT{i:02d}"})
    ch = random.Random(a.seed + 1)
    with open(a.out, "w", encoding="utf-8", newline="\n") as out:
        for i in range(a.count):
            u, p, ph = r.choice(users), r.choice(projects), r.choice(phases)
            q = r.randint(1, 96) / 8 if r.random() < 0.6 else round(r.randint(1, 720) / 60, 4)
            amount = 0 if r.random() < 0.1 else r.randint(80, 360) / 2
            cur = r.choice(CUR)
            desc = " ".join(r.choice(WORDS) for _ in range(r.randint(1, 16)))
            if r.random() < 0.5:
                desc = "  " + desc + " \n"
            if a.changed and ch.random() * 100 < a.changed:
                desc = "Changed " + desc
            billed = r.random() < 0.3
            day = f"{2023 + r.randint(0, 2)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"
            rec = {
                "guid": guid(r), "eventDate": day,
                "startTime": f"{r.randint(6, 18):02d}:{r.choice((0, 15, 30, 45)):02d}:00" if r.random() < 0.3 else None,
                "endTime": None, "description": desc, "quantity": q,
                "isApproved": r.random() < 0.75, "isBillable": r.random() < 0.8, "isBilled": billed,
                "unitPrice": {"amount": amount, "currencyCode": cur},
                "unitCost": {"amount": r.randint(40, 180) / 2, "currencyCode": cur},
                "user": u, "project": p, "phase": ph, "workType": r.choice(types), "businessUnit": r.choice(units),
                "overtime": None, "invoiceRow": {"guid": guid(r)} if billed else None,
                "createdBy": {"guid": u["guid"], "name": u["name"]}, "createdDateTime": f"{day}T16:{i % 60:02d}:00Z",
                "lastUpdatedDateTime": f"{day}T17:{i % 60:02d}:{i % 59:02d}Z", "keywords": [],
            }
            out.write(json.dumps(rec, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
