"""Ringing: how a timer gets noticed on each platform. Gives commands, runs none."""

from collections.abc import Mapping

from whisperad.pack import Platform

Ways = tuple[tuple[str, ...], ...]  # the first that works is enough

_SCRIPT = """on run argv
  display notification (item 2 of argv) with title (item 1 of argv)
end run"""
_MACOS_SOUND = "/System/Library/Sounds/Glass.aiff"
_LINUX_SOUND = "/usr/share/sounds/freedesktop/stereo/alarm-clock-elapsed.oga"


def notices(platform: Platform, title: str, message: str) -> Mapping[str, Ways]:
    """Give the ways to show a message and the ways to make a sound."""
    if platform == "macos":
        return {
            "notification": (("osascript", "-e", _SCRIPT, "--", title, message),),
            "sound": (("afplay", _MACOS_SOUND),),
        }
    shown = ("notify-send", "--app-name=Whispera", "--urgency=critical")
    return {
        "notification": ((*shown, "--", title, message),),
        "sound": (
            ("canberra-gtk-play", "--id=alarm-clock-elapsed"),
            ("pw-play", _LINUX_SOUND),
            ("paplay", _LINUX_SOUND),
        ),
    }
