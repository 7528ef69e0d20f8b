"""Makes the two fonts of the cards: python3 subset.py FOLDER, with fonttools and a folder of Noto fonts
(NotoSerif-Bold.ttf, NotoSans-Regular.ttf, version 2.004; Debian's fonts-noto-core has them).

What is kept: letters of Latin, Greek and Cyrillic, punctuation, some signs. Kerning goes from GPOS into
a plain `kern` table, which the drawer reads; hints, names and features are dropped.
"""
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

RANGES = [
    (0x20, 0x7E), (0xA0, 0x17F), (0x192, 0x192), (0x218, 0x21B), (0x2C6, 0x2DD), (0x370, 0x3FF),
    (0x400, 0x45F), (0x490, 0x491), (0x1E80, 0x1E85), (0x1EA0, 0x1EF9), (0x2010, 0x2027),
    (0x202F, 0x203A), (0x2044, 0x2044), (0x2070, 0x209C), (0x20AC, 0x20AC), (0x2102, 0x2122),
    (0x2190, 0x2193), (0x2202, 0x2265),
]
# Pairs of these are kerned where it is more than this, in units of 1000 to the em.
KERNED = [(0x20, 0xFF), (0x2010, 0x2027)]
LEAST = 20


def kerning(font):
    gpos = font["GPOS"].table
    records = gpos.FeatureList.FeatureRecord
    wanted = {i for r in records if r.FeatureTag == "kern" for i in r.Feature.LookupListIndex}
    tables = [t for i in sorted(wanted) for t in gpos.LookupList.Lookup[i].SubTable]
    tables = [t.ExtSubTable if t.LookupType == 9 else t for t in tables]
    pairs = {}
    advance = lambda record: getattr(record.Value1, "XAdvance", 0) if record.Value1 else 0
    for table in (t for t in tables if t.LookupType == 2):
        glyphs = table.Coverage.glyphs
        if table.Format == 1:
            for first, records in zip(glyphs, table.PairSet):
                for record in records.PairValueRecord:
                    pairs.setdefault((first, record.SecondGlyph), advance(record))
            continue
        classes = {}
        for glyph, number in table.ClassDef2.classDefs.items():
            classes.setdefault(number, []).append(glyph)
        for first in glyphs:
            row = table.Class1Record[table.ClassDef1.classDefs.get(first, 0)].Class2Record
            for number, seconds in classes.items():
                for second in seconds if advance(row[number]) else []:
                    pairs.setdefault((first, second), advance(row[number]))
    return pairs


def make(source, target):
    font = TTFont(source)
    pairs = kerning(font)
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 13, 14], glyph_names=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes={c for a, b in RANGES for c in range(a, b + 1)})
    subsetter.subset(font)
    inside = lambda c: any(a <= c <= b for a, b in KERNED)
    kerned = {name for c, name in font.getBestCmap().items() if inside(c)}
    kern = KernTable_format_0()
    kern.version, kern.coverage, kern.apple = 0, 1, False
    kern.kernTable = {
        (a, b): v for (a, b), v in pairs.items() if a in kerned and b in kerned and abs(v) >= LEAST
    }
    table = newTable("kern")
    table.version, table.kernTables = 0, [kern]
    font["kern"] = table
    for tag in ["GPOS", "GSUB", "GDEF", "DSIG", "gasp"]:
        if tag in font:
            del font[tag]
    font["post"].formatType = 3.0
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(target)


for source, target in [("NotoSerif-Bold", "serif-bold"), ("NotoSans-Regular", "sans")]:
    make(Path(sys.argv[1]) / f"{source}.ttf", Path(__file__).parent / f"{target}.ttf")
