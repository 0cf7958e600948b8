"""Everything that touches hardware, disk or network: camera, decoders, local store, server client, live feed
client.
"""
