"""The compiled part: .NET's decimal. Optional: without a C compiler the same rules run in Python, more slowly."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension("_vibetrader_netdecimal", ["vibetrader/engine/_netdecimal.c"], optional=True, extra_compile_args=["-O2"])
    ]
)
