"""Reads answers of a storage proxy as the Python side of Backend.AI does.

Its models, written down from what they are known to accept: the health checks since 25.17 are pydantic models that
ignore what they do not know; the manager checks a volume's hwinfo with typeguard, key by key.

stdin: a JSON object, name -> {"as": model, "answer": JSON}. stdout: name -> null, or why it was refused.
"""

import json
import sys
from datetime import datetime
from enum import Enum
from typing import Dict, List, Literal, Optional, TypedDict, get_args, get_origin, get_type_hints

import pydantic
import typeguard


class HealthStatus(str, Enum):
    OK = "ok"
    DEGRADED = "degraded"
    ERROR = "error"


class ComponentConnectivityStatus(pydantic.BaseModel):
    service_group: str
    component_id: str
    is_healthy: bool
    last_checked_at: datetime
    error_message: Optional[str] = None


class ConnectivityCheckResponse(pydantic.BaseModel):
    overall_healthy: bool
    connectivity_checks: List[ComponentConnectivityStatus]
    timestamp: datetime


class HealthResponse(pydantic.BaseModel):
    status: HealthStatus
    version: str
    component: str
    connectivity: ConnectivityCheckResponse


HardwareMetadata = TypedDict(
    "HardwareMetadata",
    {
        "status": Literal["healthy", "degraded", "offline", "unavailable"],
        "status_info": Optional[str],
        "metadata": Dict[str, str],
    },
)
VolumeInfo = TypedDict(
    "VolumeInfo", {"name": str, "backend": str, "path": str, "fsprefix": str, "capabilities": List[str]}
)
VolumeList = TypedDict("VolumeList", {"volumes": List[VolumeInfo]})
FsUsage = TypedDict("FsUsage", {"capacity_bytes": int, "used_bytes": int})


def parse_model(model):
    """The name of the method is another one since pydantic 2."""
    return getattr(model, "model_validate", None) or model.parse_obj


def check_type(expected):
    """typeguard knows TypedDict and Literal since long, but that of Debian 12, 2.2, does not: they are unfolded for it."""
    if hasattr(typeguard, "TypeCheckError"):
        strategy = typeguard.CollectionCheckStrategy.ALL_ITEMS
        return lambda value: typeguard.check_type(value, expected, collection_check_strategy=strategy)
    return lambda value: unfold("answer", value, expected)


def unfold(name, value, expected):
    if hasattr(expected, "__total__"):
        typeguard.check_type(name, value, dict)
        extra, missing = value.keys() - expected.__annotations__, expected.__annotations__.keys() - value
        if extra or missing:
            raise TypeError(f"{name} has extra keys {sorted(extra)}, and lacks {sorted(missing)}")
        for key, inner in get_type_hints(expected).items():
            unfold(f"{name}.{key}", value[key], inner)
    elif get_origin(expected) is Literal:
        if value not in get_args(expected):
            raise TypeError(f"{name} must be one of {get_args(expected)}; got {value!r} instead")
    elif get_origin(expected) is list:
        typeguard.check_type(name, value, list)
        for item in value:
            unfold(f"{name}[]", item, get_args(expected)[0])
    else:
        typeguard.check_type(name, value, expected)


READERS = {
    "HealthResponse": parse_model(HealthResponse),
    "HardwareMetadata": check_type(HardwareMetadata),
    "VolumeList": check_type(VolumeList),
    "FsUsage": check_type(FsUsage),
}


def refusal(model, answer):
    try:
        READERS[model](answer)
    except (TypeError, ValueError, getattr(typeguard, "TypeCheckError", TypeError)) as error:
        return str(error)
    return None


questions = json.load(sys.stdin)
json.dump({name: refusal(asked["as"], asked["answer"]) for name, asked in questions.items()}, sys.stdout)
