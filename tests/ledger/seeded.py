"""The history that a seed stands for: the same, step by step, in tests/forge/histories/.

Every choice is `keccak256(seed, counter) % sides`, made in the same order in both languages. Who
changes one changes the other, and writes tests/vectors/histories.json anew.
"""

from __future__ import annotations

from eth_utils.crypto import keccak

from gen_ip.ledger import BASIS_POINTS, MAX_PAYEES

from .steps import PEOPLE, TILL, TOKENS, VAULT, Kind, Step

_SCALES = (20, 30_000, 10**12, 2**64, 2**88)


def history(seed: int) -> list[Step]:
    """All steps of the seed, 0 <= seed < 2**256."""
    return _Source(seed).steps()


class _Source:
    def __init__(self, seed: int) -> None:
        self._seed, self._counter = seed, 0
        self._owners: list[int] = []
        self._vols: list[int] = []
        self._rooms: list[int] = []
        self._payees: list[int] = []
        self._paid = self._drawn = (0, 0)

    def steps(self) -> list[Step]:
        wanted = 3 + self._roll(6)
        count = 40 + self._roll(60)
        closing = self._roll(2) == 0
        steps = [self._next(wanted) for _ in range(count)]
        if closing:
            path = tuple(reversed(range(len(self._owners))))
            steps += [Step(Kind.DISTRIBUTE, token=token, path=path) for token in range(TOKENS)]
        return steps

    def _next(self, wanted: int) -> Step:
        works = len(self._owners)
        if works == 0 or (works < wanted and self._roll(3) == 0):
            return self._certify()
        kind, work, token = self._roll(25), self._roll(works), self._roll(TOKENS)
        if kind < 8:
            scale = _SCALES[self._roll(5)]
            self._paid = (work, token)
            return Step(Kind.PAY, work, token, 1 + self._roll(scale))
        # Half of all that follows goes where money lies.
        if self._roll(2) == 0:
            work, token = self._paid
        if kind < 11:
            return Step(Kind.SETTLE, work, token)
        if kind < 12:
            return Step(Kind.SETTLE_MANY, work, token, path=self._path())
        if kind < 15:
            self._drawn = (work, token)
            return Step(Kind.DRAW, work, token)
        if kind < 18:
            if self._roll(4) != 0:
                work, token = self._drawn
            return Step(Kind.WITHDRAW, work, token, account=self._caller(work))
        if kind < 20:
            path = self._path()
            return Step(Kind.COLLECT, work, token, account=self._caller(path[0]), path=path)
        if kind < 21:
            return Step(Kind.RELEASE, work, token)
        if kind < 22:
            path = self._path()
            return Step(Kind.DISTRIBUTE, work, token, self._roll(len(path)), path=path)
        if self._owners[work] == VAULT:
            # The vault does nothing itself.
            return Step(Kind.SETTLE, work, token)
        return self._owning(kind, work, token)

    def _owning(self, kind: int, work: int, token: int) -> Step:
        if kind < 23:
            to = VAULT if self._roll(8) == 0 else self._roll(PEOPLE)
            self._owners[work] = to
            return Step(Kind.TRANSFER, work, token, account=to)
        if kind < 24:
            return Step(Kind.SET_PAYOUT, work, token, account=VAULT + self._roll(4))
        if self._rooms[work] < 4 or self._payees[work] == MAX_PAYEES:
            return Step(Kind.SETTLE, work, token)
        share = 1 + self._roll(self._rooms[work] // 2)
        self._rooms[work] -= share
        self._payees[work] += 1
        return Step(Kind.ADD_PAYEE, work, token, cuts=((self._payee(), share),))

    def _certify(self) -> Step:
        works = len(self._owners)
        creator = self._roll(PEOPLE)
        parents: list[tuple[int, int, int]] = []
        left, vol = BASIS_POINTS, 0
        for number in range(max(0, works - 6), works):
            if len(parents) == 4:
                break
            inherited = self._vols[number]
            if self._roll(2) == 1 or self._owners[number] == VAULT or inherited > left:
                continue
            left -= inherited
            kind = self._roll(4)
            income = self._share(left) if kind % 2 == 0 else 0
            left -= income
            volume = self._share(left) if kind in (1, 2) else 0
            left -= volume
            vol += inherited + volume
            parents.append((number, income, volume))
        cuts: list[tuple[int, int]] = []
        room = BASIS_POINTS
        for _ in range(self._roll(3)):
            if room < 8:
                break
            share = room - 2 if self._roll(6) == 0 else 1 + self._roll(room // 4)
            cuts.append((self._payee(), share))
            room -= share
        self._owners.append(creator)
        self._vols.append(vol)
        self._rooms.append(room)
        self._payees.append(len(cuts))
        return Step(Kind.CERTIFY, works, account=creator, parents=tuple(parents), cuts=tuple(cuts))

    def _caller(self, work: int) -> int:
        """The work's owner, who may have something to take, or anybody."""
        owner = self._owners[work]
        return owner if self._roll(4) != 0 and owner != VAULT else self._roll(PEOPLE)

    def _payee(self) -> int:
        """Somebody, or the till of a work; of one that joins late, at times its own."""
        if self._owners and self._roll(3) == 0:
            return TILL + self._roll(len(self._owners))
        return self._roll(PEOPLE + 1)

    def _share(self, left: int) -> int:
        size = self._roll(8)
        if size == 0:
            return left
        most = 3 if size < 3 else 1_500 if size < 7 else BASIS_POINTS
        return self._roll(min(most, left) + 1)

    def _path(self) -> tuple[int, ...]:
        length = 1 + self._roll(4)
        return tuple(self._roll(len(self._owners)) for _ in range(length))

    def _roll(self, sides: int) -> int:
        found = keccak(self._seed.to_bytes(32, "big") + self._counter.to_bytes(32, "big"))
        self._counter += 1
        return int.from_bytes(found, "big") % sides
