"""A password for one demonstration: random words, made anew each time, so that there is no default to try."""

from __future__ import annotations

import secrets

COUNT, LEAST = 4, 15

# Short, plain, hard to mistake for one another when read aloud; none says anything of the service.
_TEXT = """
acorn almond anchor anvil apron arrow aspen badge bagel barley basil basket beacon beaver bellow birch blanket
bobbin bonnet bottle bramble breeze bridle bronze bucket buckle bugle bundle cabin cactus camel candle canoe canvas
carpet carrot castle cedar cello chalk cherry chisel cider cinder clover cobalt cobble collar comet copper coral
cotton cradle crane crayon cricket crimson crumpet cuckoo cushion cymbal daisy damson dapple denim dingle dolphin
domino drizzle easel elbow ember enamel falcon feather ferret fiddle flannel flint flute forest fossil fountain
foxglove freckle gander garlic garnet gentle gherkin glacier gosling granite gravel griddle gully hammock hamper
harbour hazel heather hedge heron hickory hinge hollow hornet iceberg indigo ivory jasmine jigsaw juniper kernel
kettle kipper kitten ladle lagoon lantern larder lattice lavender ledger lemon lentil lilac linen lobster locket
lupin magnet mallow mango maple marble marigold marmot marrow meadow medley melon mitten mosaic mustard nettle
nimble nutmeg oatmeal olive orchid osprey otter oyster paddle pancake parsley pebble pelican pepper pewter piano
pickle pigeon pillow pistachio plover plume poplar poppy pottery puddle pulley puffin pumice quarry quill quiver
radish raisin rascal ribbon ripple robin rocket rosemary saddle saffron sandal sapling satchel scarlet sepia shovel
skillet sorrel sparrow spindle spruce squirrel stirrup sunbeam syrup tangent teapot thicket thimble thistle timber
tinsel toffee topaz trellis trinket trowel trumpet tulip tundra turnip turquoise twine valley vanilla velvet violet
walnut walrus wattle whistle wicker willow window wombat woodland yarrow zephyr zigzag barrel bonfire bracket button
caramel chimney clarinet crochet curlew dormouse fennel gazebo hawthorn isthmus jackdaw lapwing minnow molasses oregano
parsnip pennant quartz rhubarb scallop seagull sundial tamarind teasel turret windmill
"""
WORDS = tuple(_TEXT.split())


def passphrase() -> str:
    """Four different words joined by hyphens, at least 15 characters."""
    while True:
        chosen = [secrets.choice(WORDS) for _ in range(COUNT)]
        found = "-".join(chosen)
        if len(set(chosen)) == COUNT and len(found) >= LEAST:
            return found
