"""The daemon: one method per request. Knows nothing of sockets and bytes."""

import asyncio
import time
from contextlib import nullcontext
from functools import partial
from typing import assert_never

from msgspec.structs import replace

from whisperad import current, examples, explain, log, planning, policy, replies
from whisperad.confirmations import Confirmations, Plan
from whisperad.errors import BadRequest
from whisperad.examples import ActionLine, ActionsReply
from whisperad.execution import Execution
from whisperad.explain import Explanation
from whisperad.interpret import Interpreter
from whisperad.lookups import Lookups
from whisperad.memory import Memory
from whisperad.model_thread import ModelThread
from whisperad.power import on_battery
from whisperad.protocol import (
    Actions,
    AnyRequest,
    ClearHistory,
    Confirm,
    Explain,
    Forget,
    History,
    Interpret,
    Interpretation,
    OkReply,
    Reload,
    Reply,
    Status,
    Taught,
    Teach,
    UsedModel,
)
from whisperad.runner import Effects
from whisperad.serving import Serving
from whisperad.settings import Limits, Settings
from whisperad.status import StatusReply
from whisperad.tally import Tally
from whisperad.utterance import normalise
from whisperad.warmth import Warmth


class Daemon:
    """Everything that answers requests, from `start` to `stop`."""

    def __init__(self, settings: Settings) -> None:
        self.clients = 0  # connected now; the server keeps it
        self.socket = settings.socket  # unless the service manager opened another
        self._settings = settings
        self._serving = Serving(settings)
        self._memory = Memory(settings, self._serving)
        self._effects = Effects(settings)
        self._execution = Execution(
            self._effects, lambda: self._serving.configuration.catalogue.actions
        )
        self._confirmations = Confirmations(
            settings.token_s, settings.home, settings.environ
        )
        self._lookups = Lookups("lookup")
        self._tally = Tally()
        self._started = time.monotonic()
        self._reloading = asyncio.Lock()
        self._listing: tuple[str, tuple[ActionLine, ...]] = ("", ())

    async def start(self) -> None:
        """Load and warm everything. Raises `BadConfig` or `BadAdapter`."""
        self._thread: ModelThread = self._serving.begin()
        self._interpreter = Interpreter(
            self._thread,
            self._memory.meaning,
            self._serving.exact,
            self._serving.answers,
        )
        platform = self._settings.platform
        self._warmth = Warmth(self._thread, lambda: on_battery(platform))
        try:
            # Disks take their time.
            await asyncio.gather(self._serving.start(), self._memory.start())
            self._keep_to_limits()
            await self._effects.start()
            self._warming = asyncio.create_task(self._warmth.run())
        except BaseException:
            await self._memory.stop()
            self._thread.stop()
            raise

    @property
    def limits(self) -> Limits:
        """How much of everything there may be now."""
        return self._serving.limits

    def _keep_to_limits(self) -> None:
        self._effects.keep_to(self.limits)
        self._execution.most = self.limits.programs

    async def stop(self) -> None:
        """End what we keep running and our threads."""
        self._warming.cancel()
        await self._serving.stop()
        self._lookups.stop()
        self._confirmations.stop()
        await self._effects.stop()
        await self._memory.stop()
        await asyncio.to_thread(self._thread.stop)

    def kill(self) -> None:
        """End at once what would go on without us."""
        self._effects.kill()

    def expect(self) -> None:
        """Prepare for what a client, just connected, is going to say."""
        self._warmth.expect()

    async def answer(self, request: AnyRequest, received: float) -> Reply:
        """Answer one request that came in at `received`, a time of `time.monotonic`.

        Raises a `WhisperaError` where the reply is an error.
        """
        match request:
            case Interpret():
                return await self._interpret(request, received)
            case Explain():
                return await self._explain(request, received)
            case Confirm():
                return await self._confirm(request, received)
            case Actions():
                return await self._actions(request)
            case Reload():
                return await self._reload(request)
            case Status():
                return await self._status(request)
            case Teach() | Taught() | Forget() | History() | ClearHistory():
                return await self._memory.answer(request)
        assert_never(request)

    async def _interpret(self, request: Interpret, received: float) -> Interpretation:
        if request.execute and not self._settings.can_execute:
            raise BadRequest(
                f"this daemon proposes commands for {self._settings.platform};"
                " it runs none here"
            )
        utterance = normalise(request.utterance)
        understanding = await self._interpreter.interpret(
            utterance,
            received + request.timeout_s,
            self._serving.configuration.preferences.confidence_threshold,
        )
        # Taken together, before anything is awaited: a reload cannot come between what
        # was understood and the catalogue it was understood with.
        resolver, model = self._serving.configuration.resolver, self._serving.model
        took_ms = (time.monotonic() - received) * 1000
        self._tally.understood(understanding.stage, took_ms)
        reply = replies.understood(
            utterance,
            understanding,
            policy.clarity(understanding, self._serving.threshold),
            resolver,
            UsedModel(model.base, model.adapter),
        )
        queue_ms = round(max(0.0, took_ms - understanding.model_ms), 3)
        reply = replace(reply, timing=replace(reply.timing, queue_ms=queue_ms))
        if reply.outcome == "proposed":
            # Names and folders are looked up in files, which may take their time.
            look = partial(
                planning.plan,
                resolver,
                reply,
                understanding.intents,
                utterance,
                await self._effects.folder(request.cwd),
                min(request.timeout_s, self.limits.command_timeout_s),
            )
            plan = await self._lookups.find(received + request.timeout_s, look)
            reply = plan.reply
            if reply.outcome == "proposed" and request.execute:
                reply = await self._carry_out(plan, request.runs_here, confirmed=False)
        return self._ended(reply, request, received, utterance.said)

    async def _confirm(self, request: Confirm, received: float) -> Interpretation:
        # The place comes first: where there is none, the token stays good.
        with self._execution.place():
            plan = await self._confirmations.agreed(request.token)
            reply = plan.reply
            if reply.outcome != "needs_confirmation":
                reply = await self._carry_out(plan, request.runs_here, confirmed=True)
        timing = replace(
            reply.timing, queue_ms=0.0, model_ms=0.0, passes=0, chosen_tokens=0
        )
        return self._ended(replace(reply, timing=timing), request, received, plan.said)

    async def _carry_out(
        self, plan: Plan, runs_here: bool, *, confirmed: bool
    ) -> Interpretation:
        decision = policy.decide(
            plan.commands, confirmed=confirmed, runs_here=runs_here
        )
        match decision:
            case "needs_confirmation":
                return await self._confirmations.ask(plan)
            case "handed_over":
                self._execution.hand_over(plan)
                return replace(plan.reply, outcome=decision)
            case "run":
                # What was confirmed has a place already.
                with nullcontext() if confirmed else self._execution.place():
                    outcomes = await self._execution.run(plan)
                return replies.ran(plan.reply, outcomes)
        assert_never(decision)

    def _ended(
        self,
        reply: Interpretation,
        request: Interpret | Confirm,
        received: float,
        said: str,
    ) -> Interpretation:
        """Count, log and keep an interpretation; give it its id and its whole time."""
        total_ms = round((time.monotonic() - received) * 1000, 3)
        self._tally.ended(reply.outcome)
        self._warmth.used()
        log.info(
            "interpreted",
            outcome=reply.outcome,
            actions=[str(intent["action"]) for intent in reply.intents],
            confidence=reply.confidence,
            stage=reply.stage,
            total_ms=total_ms,
        )
        timing = replace(reply.timing, total_ms=total_ms)
        ended = replace(reply, id=request.id, timing=timing)
        self._memory.record(ended, said)
        return ended

    async def _explain(self, request: Explain, received: float) -> Explanation:
        utterance = normalise(request.utterance)
        understanding = await self._interpreter.interpret(
            utterance, received + request.timeout_s, explain=True
        )
        configuration, model = self._serving.configuration, self._serving.model
        took_ms = (time.monotonic() - received) * 1000
        look = partial(
            explain.explanation,
            utterance,
            understanding,
            self._serving.threshold,
            configuration.catalogue,
            configuration.resolver,
            UsedModel(model.base, model.adapter),
            await self._effects.folder(request.cwd),
        )
        found = await self._lookups.find(received + request.timeout_s, look)
        timing = replace(
            found.timing,
            queue_ms=round(max(0.0, took_ms - understanding.model_ms), 3),
            total_ms=round(took_ms, 3),
        )
        return replace(found, id=request.id, timing=timing)

    async def _actions(self, request: Actions) -> ActionsReply:
        catalogue = self._serving.configuration.catalogue
        if self._listing[0] != catalogue.hash:
            lines = await asyncio.to_thread(examples.listing, catalogue)
            self._listing = (catalogue.hash, lines)
        return ActionsReply(
            id=request.id, actions=self._listing[1], packs=examples.packs(catalogue)
        )

    async def _reload(self, request: Reload) -> OkReply:
        async with self._reloading:
            await self._serving.reload(request.what)
            await self._memory.start()
            self._keep_to_limits()
        adapter = self._serving.model.adapter
        catalogue_hash = self._serving.configuration.catalogue.hash
        log.info("reloaded", adapter=adapter, catalogue_hash=catalogue_hash)
        return OkReply(id=request.id, adapter=adapter, catalogue_hash=catalogue_hash)

    async def _status(self, request: Status) -> StatusReply:
        return current.status(
            request.id,
            self._settings,
            self._serving,
            self._tally,
            uptime_s=time.monotonic() - self._started,
            clients=self.clients,
            queue=self._thread.waiting,
            socket=str(self.socket),
            problems=self._memory.problems + self._effects.problems,
            grants=await self._effects.grants() if request.grants else None,
        )
