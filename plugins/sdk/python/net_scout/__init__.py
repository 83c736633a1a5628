"""Write a net-scout plugin in Python: see `net_scout.rule` and `net_scout.enricher`.

Here is what both share: the parts of a description, the values of parameters, and errors that the operator can read. It must import no
capability of the host: a rule and an enricher may not have the same ones.
"""

from wit_world.imports import description as wit


class Failure(Exception):
    """An error of the plugin's own. `reason` is a case of `rule-error` or `enrich-error` in wit/, such as "not-found"."""

    def __init__(self, reason, detail):
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def boolean(name, default, meaning):
    """A switch."""
    return wit.Parameter(name, wit.ParameterType_Boolean(default), meaning)


def integer(name, default, minimum, maximum, meaning):
    """A whole number within bounds."""
    return wit.Parameter(name, wit.ParameterType_Integer(wit.IntegerRange(default, minimum, maximum)), meaning)


def real(name, default, minimum, maximum, meaning):
    """A real number within bounds."""
    return wit.Parameter(name, wit.ParameterType_Real(wit.RealRange(default, minimum, maximum)), meaning)


def choice(name, options, meaning):
    """One of a few words; the first is the default."""
    return wit.Parameter(name, wit.ParameterType_Choice(wit.Choice(options[0], list(options))), meaning)


def line(name, default, maximum, meaning):
    """A line of text, with the most characters that it may have."""
    return wit.Parameter(name, wit.ParameterType_Line(wit.Line(default, maximum)), meaning)


def reads(table, columns):
    """Asks to read columns of `events` or `alerts`."""
    return wit.Request_Table(wit.TableRequest(table, list(columns)))


def asks_dns(types, names):
    """Asks to ask DNS: record types, and a name, `*.` and a name, or `*`."""
    return wit.Request_Dns(wit.DnsRequest(list(types), names))


def runs(program, arguments):
    """Asks to run a program with arguments of this template."""
    return wit.Request_Exec(wit.ExecRequest(program, list(arguments)))


def talks_to(methods, server, secret=None):
    """Asks to talk to a server, perhaps with a secret that the host adds."""
    return wit.Request_Http(wit.HttpRequest(list(methods), server, secret))


def reads_files(directory):
    """Asks to read the files of a named directory."""
    return wit.Request_Files(directory)


def keeps_state(size):
    """Asks for a store of its own of so many bytes."""
    return wit.Request_State(size)


class Settings(dict):
    """The values of the parameters, by name."""

    def __init__(self, arguments):
        super().__init__((argument.name, argument.value.value) for argument in arguments)

    def __missing__(self, name):
        raise Failure("invalid-parameter", f"parameter `{name}` is not described")


def case(module, variant, reason):
    """The class of a case of a variant: `not-found` of `EnrichError` is `EnrichError_NotFound`. None where there is no such case."""
    return getattr(module, f"{variant}_{reason.title().replace('-', '')}", None)


def sentence(error):
    """An error of the language as one line: what it is, and where in the plugin."""
    place, trace = "", error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "net_scout/" not in code.co_filename:
            place = f" ({code.co_filename.rpartition('/')[2]}, line {trace.tb_lineno})"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error}{place}"
