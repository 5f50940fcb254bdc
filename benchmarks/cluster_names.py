"""How often the first word of a cluster's name is true of most of its images.

    IMGCLUST_TEST_DATA=… python benchmarks/cluster_names.py [--list] [--model MODEL]

The folders of labelled photographs ``animals``, ``things`` and ``flat2000`` are cut into as many clusters as they have
labels, and into as many as there seem to be. A name counts as right when its first word is true of the label that most
images of the cluster have, as judged by hand in ``TRUE_OF``: "reptile" and "crocodile" are true of a crocodile,
"wallaby" is not true of a kangaroo, nor "porcupine" of a hedgehog. Clusters without a name are counted apart, and so
are mixed ones, in which no label has half of the images. ``--list`` prints twenty clusters of each folder.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pandas as pd

from imgclust_jupyter import ClusterExplorer

ANIMAL = {"animal"}
MAMMAL = ANIMAL | {"mammal"}
BIRD = ANIMAL | {"bird"}
INSECT = ANIMAL | {"insect"}
REPTILE = ANIMAL | {"reptile"}
CAT = MAMMAL | {"wild cat"}
DINOSAUR = REPTILE
FURNITURE = {"furniture"}
MUSIC = {"musical instrument"}
PLANT = {"plant"}
CLOTHING = {"clothing"}

TRUE_OF: dict[str, set[str]] = {
    "ant": INSECT | {"ant"},
    "beaver": MAMMAL | {"beaver", "rodent"},
    "butterfly": INSECT | {"butterfly"},
    "crab": ANIMAL | {"crab", "shellfish"},
    "crocodile": REPTILE | {"crocodile"},
    "dragonfly": INSECT | {"dragonfly"},
    "emu": BIRD,
    "flamingo": BIRD | {"flamingo", "wading bird"},
    "hawksbill": REPTILE | {"turtle"},
    "hedgehog": MAMMAL,
    "ibis": BIRD | {"wading bird"},
    "kangaroo": MAMMAL | {"marsupial"},
    "leopard": CAT | {"big cat", "leopard"},
    "llama": MAMMAL | {"llama"},
    "octopus": ANIMAL,
    "panda": MAMMAL | {"giant panda", "panda"},
    "pigeon": BIRD,
    "rhino": MAMMAL,
    "scorpion": ANIMAL | {"scorpion", "arachnid"},
    "starfish": ANIMAL | {"starfish"},
    "accordion": MUSIC | {"accordion"},
    "barrel": {"barrel", "container"},
    "bass": ANIMAL | {"fish"},
    "bonsai": PLANT | {"pot"},
    "brontosaurus": DINOSAUR,
    "camera": {"camera"},
    "cannon": {"cannon", "weapon"},
    "car_side": {"car", "vehicle"},
    "ceiling_fan": {"appliance", "electric fan"},
    "cellphone": {"telephone", "cellular telephone"},
    "chair": FURNITURE | {"chair"},
    "chandelier": {"lamp"},
    "cougar_body": CAT | {"cougar"},
    "cougar_face": CAT | {"cougar"},
    "crayfish": ANIMAL | {"shellfish", "crayfish", "lobster"},
    "crocodile_head": REPTILE | {"crocodile"},
    "cup": {"cup", "coffee mug", "kitchenware"},
    "dolphin": MAMMAL | {"sea mammal", "whale"},
    "euphonium": MUSIC | {"wind instrument"},
    "ewer": {"jar", "pitcher", "kitchenware"},
    "ferry": {"ship", "liner", "vehicle"},
    "flamingo_head": BIRD | {"flamingo", "wading bird"},
    "gerenuk": MAMMAL | {"antelope"},
    "grand_piano": MUSIC | {"grand piano", "piano"},
    "helicopter": {"aircraft", "vehicle"},
    "ketch": {"sailboat", "boat", "vehicle", "yawl"},
    "lamp": FURNITURE | {"lamp", "table lamp"},
    "laptop": {"laptop", "computer", "notebook"},
    "lobster": ANIMAL | {"lobster", "shellfish"},
    "lotus": PLANT | {"flower"},
    "mandolin": MUSIC | {"string instrument"},
    "mayfly": INSECT,
    "nautilus": ANIMAL | {"chambered nautilus", "shellfish"},
    "okapi": MAMMAL,
    "pagoda": {"building"},
    "minaret": {"building", "tower", "mosque"},
    "pizza": {"pizza", "food", "fast food"},
    "platypus": MAMMAL | {"platypus"},
    "revolver": {"revolver", "gun", "weapon"},
    "saxophone": MUSIC | {"sax", "wind instrument"},
    "scissors": {"tool"},
    "schooner": {"schooner", "sailboat", "ship", "vehicle"},
    "sea_horse": ANIMAL | {"fish"},
    "soccer_ball": {"soccer ball", "ball", "sports equipment"},
    "stapler": {"tool"},
    "stegosaurus": DINOSAUR,
    "stop_sign": {"street sign"},
    "strawberry": {"strawberry", "fruit", "food"},
    "sunflower": PLANT | {"flower"},
    "tick": ANIMAL | {"tick", "arachnid"},
    "trilobite": ANIMAL | {"trilobite"},
    "umbrella": {"umbrella"},
    "watch": {"clock", "analog clock", "digital watch"},
    "water_lilly": PLANT | {"flower"},
    "wheelchair": {"chair", "vehicle"},
    "wild_cat": CAT | {"cat"},
    "windsor_chair": FURNITURE | {"chair"},
    "wrench": {"tool"},
    "blazer": CLOTHING | {"suit", "coat"},
    "dress": CLOTHING | {"dress", "gown"},
    "hat": CLOTHING | {"hat"},
    "hoodie": CLOTHING | {"sweatshirt"},
    "pants": CLOTHING | {"jean"},
    "shoes": CLOTHING | {"shoe", "running shoe"},
    "skirt": CLOTHING | {"miniskirt"},
    "tshirt": CLOTHING | {"jersey"},
}


def labels_of(data: pd.DataFrame) -> pd.Series:
    """Return the label of each photograph: the beginning of its name, or its folder."""
    if data["name"].str.contains("__").all():
        return data["name"].str.split("__").str[0]
    return data["path"].map(lambda path: Path(path).parent.name)


def judged(explorer: ClusterExplorer) -> pd.DataFrame:
    """Return the clusters with the label that most of their images have, its share, and a verdict on the name."""
    clusters, labels = explorer.clusters, labels_of(explorer.data)
    counts = labels.groupby(explorer.data["cluster"]).value_counts(normalize=True)
    first = counts.groupby(level=0).head(1).reset_index(level=1)
    clusters["label"], clusters["share"] = first.iloc[:, 0], first.iloc[:, 1]

    def verdict(row: pd.Series) -> str:
        if not row["name"]:
            return "no name"
        if row["share"] < 0.5:
            return "mixed"
        return "right" if row["name"].split(", ")[0] in TRUE_OF.get(row["label"], set()) else "wrong"

    clusters["verdict"] = clusters.apply(verdict, axis=1)
    return clusters


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="squeezenet")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    data = Path(os.environ["IMGCLUST_TEST_DATA"])
    print("folder     clusters  right  wrong  mixed  no name   right of the named, unmixed")
    for folder in ("animals", "things", "flat2000"):
        with ClusterExplorer(data / folder, model=options.model, layout="pca") as explorer:
            for k in (labels_of(explorer.data).nunique(), "auto"):
                explorer.cut(k)
                clusters = judged(explorer)
                n = clusters["verdict"].value_counts().reindex(["right", "wrong", "mixed", "no name"], fill_value=0)
                share = n["right"] / max(1, n["right"] + n["wrong"])
                row = f"{n['right']:6} {n['wrong']:6} {n['mixed']:6} {n['no name']:8}"
                print(f"{folder:10} {len(clusters):8} {row}   {share:.0%}")
            if options.list:
                for cluster, row in clusters.iloc[:: max(1, len(clusters) // 20)].head(20).iterrows():
                    print(f"    {cluster:3} {row['name'] or '-':32} {row['size']:4}  {row['label']} {row['share']:.0%}")


if __name__ == "__main__":
    main()
