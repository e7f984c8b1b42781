"""RapidOCR: finds and reads Chinese text with PP-OCRv6, whose weights come inside its wheel.

Finding costs ten times what reading a line does, and grows with the picture; `stages.read` asks for it accordingly.
"""

from __future__ import annotations

import threading
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from localize.errors import EngineRejected, EngineUnavailable
from localize.picture.sight import Corners, Reading

if TYPE_CHECKING:
    from numpy import ndarray

# The sides of a crop beyond the box, in shares of its height: the boxes of small pictures are rough, and a recogniser
# that sees half of a first character reads another one.
_MARGIN = 0.08


class RapidOCR:
    """One model of each kind for the process; calls queue up, because RapidOCR keeps the flags of a call in itself."""

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: Any = None

    @property
    def version(self) -> str:
        return f"rapidocr {version('rapidocr')} onnxruntime {version('onnxruntime')}"

    def find(self, picture: ndarray, longest_px: int) -> list[Corners]:
        import cv2
        import numpy as np

        scale = min(1.0, longest_px / max(picture.shape[:2]))
        small = picture
        if scale < 1:
            size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        found = self._ask(np.ascontiguousarray(small), use_det=True, use_cls=False, use_rec=False)
        boxes = [] if found.boxes is None else found.boxes
        return [cast(Corners, tuple((float(x) / scale, float(y) / scale) for x, y in box)) for box in boxes]

    def read(self, picture: ndarray, at: Corners) -> Reading:
        import numpy as np
        from rapidocr.utils.process_img import get_rotate_crop_image

        crop = get_rotate_crop_image(np.ascontiguousarray(picture), np.array(_wider(at), np.float32))
        found = self._ask(crop, use_det=False, use_cls=False, use_rec=True, return_word_box=True)
        if not found.txts or not found.txts[0]:
            return Reading("", (), ())
        text, word = found.txts[0], found.word_results[0]
        columns = iter([column for columns in word.word_cols for column in columns])
        # A space has a confidence and no column of its own: it stands where the character before it does.
        centres, last = [], 0.0
        for char in text:
            last = last if char.isspace() else min(1.0, (next(columns) + 0.5) / max(word.line_txt_len, 1.0))
            centres.append(last)
        return Reading(text, tuple(float(share) for share in word.confs), tuple(centres))

    def _ask(self, picture: ndarray, **flags: bool) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            try:
                return self._loaded(picture, **flags)
            except (RuntimeError, ValueError) as error:
                raise EngineRejected(f"rapidocr failed: {error}", next_step="localize doctor") from error

    def _load(self) -> Any:
        try:
            from rapidocr import RapidOCR as Loaded
        except ImportError as error:
            raise EngineUnavailable(f"rapidocr cannot be loaded: {error}", next_step="make setup") from error
        return Loaded(
            params={
                "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Global.log_level": "error",
                "Global.text_score": 0.0,
                # The size is ours to choose, see `find`; the default blows a thin strip up eightyfold.
                "Det.limit_type": "max",
                "Det.limit_side_len": 2000,
            }
        )


def _wider(at: Corners) -> list[tuple[float, float]]:
    """`at` with a margin along the line."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = at
    length = max(((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5, 1.0)
    height = ((dx - ax) ** 2 + (dy - ay) ** 2) ** 0.5
    ux, uy = (bx - ax) / length * height * _MARGIN, (by - ay) / length * height * _MARGIN
    return [(ax - ux, ay - uy), (bx + ux, by + uy), (cx + ux, cy + uy), (dx - ux, dy - uy)]
