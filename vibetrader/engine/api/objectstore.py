"""`self.object_store`: files of an algorithm, below one folder. LEAN: Common/Storage/ObjectStore.cs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vibetrader.engine.clr import ArgumentException, ArgumentNullException, InvalidOperationException
from vibetrader.engine.data.symbolcache import KeyNotFoundException
from vibetrader.engine.naming import lean_names


class _Entry:
    """What iteration gives: `.key` and `.value`."""

    def __init__(self, key: str, value: bytes) -> None:
        self.key = self.Key = key
        self.value = self.Value = value


@lean_names
class ObjectStore:
    """Key → file below a folder.

    Args:
        folder: Where the files are; made when the first is written.
    """

    __clr_name__ = "QuantConnect.Storage.ObjectStore"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, path: str) -> Path:
        if path is None:
            raise ArgumentNullException("Value cannot be null.", "path")
        # LEAN: Engine/Storage/LocalObjectStore.cs, PathForKey: "./x" and "/x" are "x"; leaving the folder is refused
        target = (self._folder / str(path).replace("\\", "/").lstrip("./")).resolve()
        if not target.is_relative_to(self._folder.resolve()):
            raise ArgumentException(f"{path!r} lies outside the object store", "path")
        return target

    @property
    def keys(self) -> list[str]:
        """Keys of all files, sorted."""
        if not self._folder.is_dir():
            return []
        return sorted(file.relative_to(self._folder).as_posix() for file in self._folder.rglob("*") if file.is_file())

    def contains_key(self, path: str) -> bool:
        """Whether there is a file of that key."""
        return self._path(path).is_file()

    def __contains__(self, path: str) -> bool:
        return self.contains_key(path)

    def read_bytes(self, path: str) -> bytes:
        """Contents of a file.

        Raises:
            KeyNotFoundException: There is none.
        """
        file = self._path(path)
        if not file.is_file():
            raise KeyNotFoundException(
                f"Object with path '{path}' was not found in the current project. "
                "Please use ObjectStore.ContainsKey(key) to check if an object exists before attempting to read."
            )
        return file.read_bytes()

    def read(self, path: str, encoding: Any = None) -> str:
        """Contents of a file as UTF-8 text."""
        return self.read_bytes(path).decode("utf-8")

    read_string = read

    def read_json(self, path: str, encoding: Any = None, settings: Any = None) -> Any:
        """Contents of a JSON file."""
        return json.loads(self.read(path))

    def save_bytes(self, path: str, contents: Any) -> bool:
        """Write a file."""
        file = self._path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(contents))
        return True

    def save(self, path: str, text: Any = None, encoding: Any = None) -> bool:
        """Write UTF-8 text, or take note of a file written to `get_file_path(path)`."""
        if text is None:
            file = self._path(path)
            if not file.is_file():
                raise ArgumentException(f"There is no file associated with path {path} in '{file}'")
            return True
        if isinstance(text, (bytes, bytearray)):
            return self.save_bytes(path, text)
        if not isinstance(text, str):
            raise TypeError(
                f"No method matches given arguments for save: (<class 'str'>, {type(text)}). The following overloads are "
                "available:\n  save(path: str)\n  save(path: str, text: str, encoding: Encoding = None)"
            )
        return self.save_bytes(path, text.encode("utf-8"))

    save_string = save

    def save_json(self, path: str, obj: Any, encoding: Any = None, settings: Any = None) -> bool:
        """Write an object as JSON."""
        return self.save(path, json.dumps(obj))

    def delete(self, path: str) -> bool:
        """Remove a file; False when there was none."""
        file = self._path(path)
        if not file.is_file():
            return False
        file.unlink()
        return True

    def clear(self) -> None:
        """Remove all files."""
        for key in self.keys:
            self.delete(key)

    def get_file_path(self, path: str) -> str:
        """Path of a key's file; its folder exists afterwards."""
        file = self._path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        return str(file)

    @property
    def max_size(self) -> int:
        """Bytes the store may hold."""
        return 1 << 40

    @property
    def max_files(self) -> int:
        """Files the store may hold."""
        return 2**31 - 1

    def read_xml(self, path: str, encoding: Any = None) -> Any:
        """Not offered: .NET's XML serialisation has no Python counterpart."""
        raise InvalidOperationException("read_xml needs .NET types; use read and Python's xml package")

    def __iter__(self) -> Iterator[_Entry]:
        return iter([_Entry(key, self.read_bytes(key)) for key in self.keys])

    def __str__(self) -> str:
        return self.__clr_name__
