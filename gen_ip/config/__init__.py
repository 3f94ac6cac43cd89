"""The user's settings: a TOML file, its networks, and which chain a command means. No chain is
called here, and nothing heavy is imported."""

from gen_ip.config.errors import BadSetting, ConfigUnusable, NoRpc, UnknownNetwork
from gen_ip.config.networks import Network
from gen_ip.config.settings import Settings, config_path, load
from gen_ip.config.target import LOCAL_RPC, Target

__all__ = [
    "LOCAL_RPC",
    "BadSetting",
    "ConfigUnusable",
    "Network",
    "NoRpc",
    "Settings",
    "Target",
    "UnknownNetwork",
    "config_path",
    "load",
]
