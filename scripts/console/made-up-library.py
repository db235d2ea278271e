#!/usr/bin/env python3
"""Makes up a library: books, readers and what they borrowed, for trying the console and for its pictures.

  scripts/console/made-up-library.py FOLDER     writes books.csv, loans.csv and two recipes, always the same

No book, author or reader of it exists.
"""

import csv
import json
import pathlib
import random
import re
import sys

WORDS = {
    "Mystery": (
        ["The {a} {b}", "Death at {p}", "The {b} of {p}", "A {b} for {f}", "The {p} Affair"],
        ["Silent", "Locked", "Crooked", "Second", "Missing", "Velvet", "Hollow"],
        ["Witness", "Ledger", "Alibi", "Lamplighter", "Cellar", "Inheritance", "Confession"]),
    "Science fiction": (
        ["The {a} {b}", "{b} Nine", "Beyond the {b}", "{f}'s {b}", "A {b} of Glass"],
        ["Last", "Orbital", "Distant", "Recursive", "Frozen", "Luminous", "Borrowed"],
        ["Signal", "Colony", "Horizon", "Engine", "Meridian", "Archive", "Perihelion"]),
    "History": (
        ["A History of {b}", "The {a} {b}", "{p}: A Portrait", "The {b} of {p}", "{b} and Empire"],
        ["Forgotten", "Long", "Iron", "Merchant", "Unfinished", "Hundred-Year", "Northern"],
        ["Roads", "Harbours", "Treaties", "Winters", "Guilds", "Crossings", "Rebellion"]),
    "Nature": (
        ["The {a} {b}", "A Year of {b}", "{b} of {p}", "Listening to {b}", "Notes on {b}"],
        ["Quiet", "Tidal", "Wintering", "Wild", "Patient", "Migrating", "Hidden"],
        ["Owls", "Mosses", "Rivers", "Hedgerows", "Herons", "Beeches", "Estuaries"]),
    "Cookery": (
        ["The {a} {b}", "{f}'s {b}", "{b} from {p}", "Simply {b}", "The {b} Book"],
        ["Weeknight", "Slow", "Everyday", "Smoky", "Seasonal", "Sunday", "Humble"],
        ["Kitchen", "Bread", "Pickles", "Dumplings", "Orchard", "Larder", "Suppers"]),
    "Poetry": (
        ["{a} {b}", "{b} in {p}", "Songs for {f}", "The {b} Sequence", "{b}, {b2}"],
        ["Small", "Salt", "Unsent", "Lunar", "Blue", "Ordinary", "Paper"],
        ["Psalms", "Weather", "Lanterns", "Elegies", "Tides", "Letters", "Orchards"]),
    "Travel": (
        ["{a} to {p}", "The {b} to {p}", "{p} by {b}", "A {b} through {p}", "{b} South"],
        ["Slowly", "Sideways", "Overland", "Homeward", "Walking", "Southward", "Almost"],
        ["Road", "Night Train", "Ferry", "Bicycle", "Footpath", "Caravan", "Mule"]),
    "Mathematics": (
        ["The {a} {b}", "{b} for the {a2}", "An Invitation to {b}", "The Shape of {b}", "{b} Made Plain"],
        ["Elegant", "Curious", "Infinite", "Impatient", "Discrete", "Random", "Perplexed"],
        ["Proof", "Primes", "Knots", "Symmetry", "Probability", "Graphs", "Surfaces"]),
}
NEIGHBOURS = {
    "Mystery": "History", "Science fiction": "Mathematics", "History": "Travel", "Nature": "Poetry",
    "Cookery": "Nature", "Poetry": "Nature", "Travel": "Cookery", "Mathematics": "Science fiction",
}
PLACES = ["Harrow Quay", "Lindenfeld", "Port Evren", "Saltmarsh", "Oakhaven", "Vesna", "Castell Bryn", "Marrow Hill"]
FIRST = ["Ada", "Ines", "Tomas", "Wren", "Caspar", "Lena", "Idris", "Noor", "Petra", "Hugo", "Mei", "Oskar"]
LAST = ["Alder", "Brandt", "Castellan", "Dunmore", "Eriksen", "Farrow", "Gage", "Hollis", "Iwata", "Jorgensen",
        "Kestrel", "Lindqvist", "Marsh", "Novak", "Okafor", "Pell"]


def books(random):
    found, titles = [], set()
    for genre, (patterns, adjectives, nouns) in WORDS.items():
        while sum(book["genres"][0] == genre for book in found) < 60:
            b, b2 = random.sample(nouns, 2)
            a, a2 = random.sample(adjectives, 2)
            title = random.choice(patterns).format(
                a=a, a2=a2, b=b, b2=b2, p=random.choice(PLACES), f=random.choice(FIRST))
            title = re.sub(r"\bA (?=[AEIOU])", "An ", title)
            if title in titles:
                continue
            titles.add(title)
            genres = [genre] + ([NEIGHBOURS[genre]] if random.random() < 0.3 else [])
            found.append({
                "title": title, "author": f"{random.choice(FIRST)} {random.choice(LAST)}", "genres": genres,
                "year": random.randint(1962, 2024), "pages": random.randint(8, 60) * 10,
                "appeal": random.paretovariate(1.3)})
    return found


def loans(books, random):
    names = list(WORDS)
    for number in range(1, 601):
        first = random.choice(names)
        tastes = {first: 6.0, NEIGHBOURS[first]: 2.5, random.choice(names): 2.0}
        weights = [sum(tastes.get(g, 0.05) for g in book["genres"]) * book["appeal"] ** 0.6 for book in books]
        time = 1_700_000_000 + random.randint(0, 10_000_000)
        borrowed = set()
        for _ in range(random.randint(10, 40)):
            book = random.choices(books, weights)[0]
            if book["title"] in borrowed:
                continue
            borrowed.add(book["title"])
            time += random.randint(3600, 900_000)
            yield f"reader-{number:03}", book["title"], time


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    numbers = random.Random(7)
    all_books = books(numbers)
    with open(folder / "books.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["title", "author", "genres", "year", "pages"])
        for book in all_books:
            writer.writerow([book["title"], book["author"], "|".join(book["genres"]), book["year"], book["pages"]])
    with open(folder / "loans.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["reader", "title", "time"])
        writer.writerows(loans(all_books, numbers))
    for name, dimensions, epochs in [("library", 32, 12), ("library-wide", 64, 8)]:
        recipe = {
            "data": {
                "interactions": str(folder / "loans.csv"), "items": str(folder / "books.csv"),
                "item_columns": {"author": "string", "genres": "list", "year": "integer", "pages": "integer"}},
            "user": "reader", "item": "title", "split": {"kind": "random", "holdout": 0.2, "seed": 1},
            "query": {"features": [{"feature": "reader", "dimensions": dimensions, "weight_decay": 0.08}]},
            "candidate": {"features": [{"feature": "title", "dimensions": dimensions, "weight_decay": 0.08}]},
            "optimizer": {"kind": "adagrad", "learning_rate": 0.1},
            "batch_size": 512, "epochs": epochs, "top_k": [1, 5, 10, 50]}
        (folder / f"{name}.json").write_text(json.dumps(recipe, indent=2), "utf-8")
    print(f"{len(all_books)} books in {folder}")


if __name__ == "__main__":
    main()
