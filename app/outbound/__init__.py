"""The services Custodes asks over the network: none of them is needed to serve a page."""
