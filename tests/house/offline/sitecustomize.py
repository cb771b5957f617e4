"""On PYTHONPATH of a process that must do without a network: whatever is not this machine cannot be reached or looked up."""

import socket

LOCAL = ("127.", "::1", "localhost")
_connect, _look_up = socket.socket.connect, socket.getaddrinfo


def connect(self, address):
    if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOCAL):
        raise OSError(101, "Network is unreachable")
    return _connect(self, address)


def look_up(host, *more, **kwargs):
    if host and not str(host).startswith(LOCAL):
        raise socket.gaierror(-3, "Temporary failure in name resolution")
    return _look_up(host, *more, **kwargs)


socket.socket.connect, socket.getaddrinfo = connect, look_up
