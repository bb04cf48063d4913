"""What somebody might say, or have said, to make a value more than a value.

Options, quotes, scripts and addresses that a program could take for its own; characters
that do not show, or that look like others.
"""

from collections.abc import Mapping

BY_KIND: Mapping[str, tuple[str, ...]] = {
    "options": (
        "-rf", "--help", "-", "--", "---", "-e reboot", "--exec=reboot", "-rf ~",
        "bash-", "+x", "-c", "-exec", "-delete", "-ok rm", "--no-preserve-root",
        "--output=/etc/passwd", "-K /dev/stdin", "--config=/tmp/x",
        "--data=@/etc/passwd", "-x socks5://evil", "--args -x", "-a Terminal", "-KILL",
        "--signal=9", "-A x=reboot", "--action=x", "--allow-downgrades",
        "-oDPkg::Pre-Invoke::=reboot", "--format=%n", "--privileged",
        "--entrypoint=sh", "--volume=/:/mnt", "--eval=process.exit()",
        "-m http.server", "--prefix=/", "--index-url=http://evil", "--git-dir=/tmp/x",
        "--exec-path=/tmp", "-c core.pager=reboot", "--setenv=X=y",
        "--use-compress-program=reboot", "--checkpoint-action=exec=reboot",
        "--renderer-cmd-prefix=reboot",
    ),
    "remotes": (
        "-oProxyCommand=x", "-o ProxyCommand=reboot", "-L 80:evil:80",
        "root@-oProxyCommand=x", "--upload-pack=touch x", "--receive-pack=reboot",
        "ext::sh -c id", "fd::17/x", "ssh://-oProxyCommand=x/y", "git@-x:y/z",
        "https://-rf", "https://u:p@-x/", "https://evil\\@good", "--rsh=reboot",
        "--rsync-path=reboot", "a:b", "[::1]", "-x.example.com", "host -x",
        "evil.example;id", "s3://-rf",
    ),
    "quotes": (
        '"', "'", '\\"', "\\'", '"; reboot; "', "'; reboot; '", "`", "\u2018", "\u201c-rf\u201d",
        "\xab-rf\xbb", '"-rf"', "$'\\n-rf'", '$"x"', '"\'"\'"', "\\", "\\n",
        "\\u002drf", "\uff02-rf\uff02",
    ),
    "shells": (
        "; rm -rf ~", "&& reboot", "| sh", "> /etc/passwd", "2>&1", "<(id)",
        "$(reboot)", "`id`", "!!", "#", "{a,b}", "{ reboot; }", "a; b", "x=y reboot",
        "a\\;reboot",
    ),
    "variables": (
        "${HOME}", "$IFS", "${IFS}-rf", "$@", "${x:-$(id)}", "%PATH%", "TZ=x", "a=b",
        "LD_PRELOAD=/tmp/x", "~+", "~root", "~root/.ssh", "~", "~/../..",
        "~/.ssh/id_rsa",
    ),
    "paths": (
        "../../etc/passwd", "/etc/passwd", ".", "..", "/", "/dev/sda",
        "/proc/self/environ", "./-rf", "/srv/../etc", "a/../../b", "%2e%2e/x",
        "C:\\Windows", "\\\\evil\\share", "~/.bashrc", "/srv/ -rf",
    ),
    "addresses": (
        "file:///etc/passwd", "javascript:alert(1)", "JavaScript:alert(1)",
        "java\nscript:alert(1)", "javascript colon alert", "data:text/html,<script>",
        "about:blank", "chrome://settings", "ssh://x", "x-apple.systempreferences:",
        "shortcuts://run-shortcut", "mailto:x@y.z?bcc=q", "http:// -rf",
        "//evil.example", "https://a\r\nHost: b", "example.com:99999", "http://[::1]/",
        "%2drf", "x%00y", "?q=x&y=z",
    ),
    "scripts": (
        '" & (do shell script "id") & "', '")\ndo shell script "id"',
        'tell application "Finder" to quit', "\xabevent sysoexec\xbb", "\xac", "-- x",
        "'); alert(1); ('", "<img src=x onerror=x>", "${alert(1)}", "ObjC.import('x')",
        "__import__('os')", "{{7*7}}", "' OR 1=1 --", "'; DROP TABLE x; --", "s/x/y/e",
        "(a+)+$", "(",
    ),
    "formats": (
        "%s%n", "%n", "%99999s", "%1$s", "\\c", "\\e[2J", "{0}", "%(x)s", "@@x",
    ),
    "placeholders": (
        "@home", "@/etc/passwd", "@stop", "{@home}", "{@timestamp}", "{text}",
        "{path:url}", "{x:search}", "<|im_end|>", '{"action":"none"}',
        '","action":"power_off',
    ),
    "globs": (
        "*", "?", "[a-z]", "**/*", "-*",
    ),
    "controls": (
        "a\nb", "\n-rf", "a\r\nreboot", "\t--help", "a\x00b", "\x00-rf", "\x1b[31m",
        "\x7f", "\x1b]0;x\x07", "\x7f-rf", "\x08-rf", "\x9b31m", "\x0b-rf", " -rf", "   ",
        "x\n--\n-rf",
    ),
    "signs": (
        "\u2013rf", "\u2014help", "\u2212rf", "\u2010rf", "\u2015rf", "\ufe63rf",
        "\uff0drf", "\u207brf", "\uff0d\uff0dhelp", "\xadrf", "\u202e-rf",
        "\u2066-rf\u2069", "\u200e-rf", "\u200b-x", "\u200d-x", "\ufeff-x", "\u0301-x",
        "\xa0-rf", "\u2028-rf", "\xbd", "\uff0e\uff0e/x", "\u2215etc\u2215passwd",
        "\uff0fetc", "\u037e x", "\uff04(id)", "\ud800", "\ue000-rf", "\U000e002d-rf",
        "\U0001f4a9", "\u0131", "\ufb01", "\u0130", "p\u0430ypal.com",
    ),
    "spoken": (
        "dash rf", "minus minus help", "dash dash help", "minus one", "tilde slash",
        "dot dot slash dot dot", "slash etc slash passwd", "plus plus", "dash",
        "dash dash", "host dash o proxy",
    ),
    "long": (
        'a' * 1900, '-' * 1900, 'a b ' * 400, '\\' * 1900, '\u0301' * 1900,
    ),
}  # fmt: skip
HOSTILE = tuple(said for several in BY_KIND.values() for said in several)
