"""Imperatives: whether "could you" may stand before a wording.

"Could you what's the time" is nothing that anybody says.
"""

from collections.abc import Sequence

from whisperad.phrases import Piece

_VERBS = frozenset(
    "abort accept acquire activate add adjust advance aim alert allow alter analyse"
    " analyze announce answer apologise apply appoint archive arrange ask assign attach"
    " authorise authorize autocomplete avoid awaken back bake ban banish be beam become"
    " beep begin bin bind blank blast bless block blow boil book bookmark boost boot"
    " bounce branch break brew brighten bring browse brush buff build bump bundle bung"
    " burn bury buy calculate calibrate call cancel capture carry cast catch cease change"
    " charge chase check chmod choose chown chuck clarify clean clear click clip climb"
    " clock clone close collapse collect comb combine commence commit compare compile"
    " complete compose compress conceal confirm configure conjure connect consult contact"
    " continue control convert cook copy correct count cover crack crank create crop curl"
    " cut cycle darken deactivate debug decompress decouple decrease define delete deliver"
    " deploy describe detach detect dial dictate dig dim direct disable discard disconnect"
    " dismiss display dispose ditch divert do document double download drag draft draw"
    " dress drive drop duck dump duplicate edit eject email embiggen empty enable encode"
    " encrypt end engage enlarge ensure enter enumerate erase escape establish evict"
    " examine execute exit expand explain explore export expunge extend extract fall"
    " fasten feed fetch fill filter find finish fire fit fix flash flick fling flip flush"
    " fold follow force forget format forward free freeze fry gag gather generate get"
    " gimme give go google grab grant grep guess guide gzip hail halt hand hang head hear"
    " help hide highlight hire hit hold hook hop hunt hush identify imitate import"
    " increase inform initialise initialize initiate input insert inspect install"
    " instantiate interrupt invent invite invoke join jot jump keep key kick kill knock"
    " know label land latch launch lay lead learn leave lend let lift light lighten link"
    " list listen load locate lock log look lower lsof mail make manage map mark max"
    " maximise maximize measure memo mend mention merge message microwave mind minimise"
    " minimize mirror mix mount move mow murder mute nail name narrate navigate nip note"
    " notify nudge nuke obtain open operate order organise organize output overwrite pack"
    " package page paint pair parse paste pause pay peek pen pencil perform permit phone"
    " pick pin ping pip pipe place plan plant play plonk plug point poke polish pop position"
    " post pour power prepare present preserve press pretend prevent preview print proceed"
    " produce program prompt pronounce propose prune publish pull pump punch purge push put"
    " query quieten quit quote raise ramp re-open reach reactivate read rebase reboot"
    " rebuild recite reclaim recommend reconnect record recover recreate redial redo"
    " reduce refill refresh refuse register release relaunch relay relight reload remember"
    " remind remove rename render reopen repair repeat replace replay reply report"
    " request rerun reschedule rescue reserve reset resize resolve restart restore"
    " resume resurrect retire retrieve return reveal reverse revert revive rewind"
    " rewrite rid ring rip roast roll rotate route rummage run save say scan scale scour"
    " scrap scratch scream scribble scroll scrub search seek select sell send serve set"
    " settle shelve shift shoot shop shout shove show shrink shuffle shush shut sign"
    " silence simmer simplify sing skip slack slap sleep slide sling slip slow smash snap"
    " solve sort spawn speak spell spin spit split spread squash squeeze squish ssh stage"
    " stamp start stash stay steer step stick stitch stop store stow straighten stream"
    " stretch strike strip submit subscribe summarise summarize summon surf"
    " suspend swap sweep swipe switch symlink sync synchronise synchronize tail take tap"
    " tape teach tear tell temper terminate test text throw tidy tie tile"
    " toggle toss touch trace tracert traceroute track train transfer translate trash"
    " trigger trim try tuck tune tunnel turn type unblock uncompress uncover undo undim"
    " unfreeze unhide uninstall unload unlock unmaximize unminimize unmount unmute unpack"
    " unpair unpause unplug unstage unwrap unzip update upgrade upload use utter vacuum"
    " verify view visit vocalise wait wake walk wash watch water weigh whip whisper wipe"
    " withdraw work wrap write yank zap zip zoom".split()
)
# What says that the first word is the subject: "the display brightness should …".
_FINITE = frozenset(
    "is are was were isn't aren't wasn't has hasn't should must can can't cannot could"
    " will won't would may might needs wants isnt doesn't does did didn't means".split()
)
_RELATIVE = frozenset(
    "what who which that whatever whoever how where when whether if why everything all"
    " anything i you it he she we they there".split()
)
_SEEN = 6  # words from the first on


def is_imperative(pieces: Sequence[Piece]) -> bool:
    """Whether a wording begins with a verb that tells somebody what to do."""
    if not pieces or pieces[0].slot is not None:
        return False
    first, *others = pieces[0].text.split()[:_SEEN]
    if first not in _VERBS or (first == "do" and others[:1] != ["the"]):
        return False
    for word in others:
        if word in _RELATIVE:
            return True
        if word in _FINITE:
            return False
    return True
