// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice One thing that somebody does. Works are numbered from 0 in the order they are certified,
/// tokens from 0 (ETH, then two ERC-20s), accounts as `HistorySource` says.
struct Step {
    uint8 kind;
    uint256 work;
    uint256 token;
    uint256 amount;
    uint256 account;
    uint256[] path;
    Parent[] parents;
    Cut[] cuts;
}

/// @notice An edge: number of the parent, income and volume share in basis points.
struct Parent {
    uint256 work;
    uint256 income;
    uint256 volume;
}

/// @notice A payee: number of the account, share in basis points.
struct Cut {
    uint256 to;
    uint256 share;
}

/// @notice The history that a seed stands for: the same, step by step, as tests/ledger/seeded.py
/// makes of it. Who changes one changes the other, and writes tests/vectors/histories.json anew.
abstract contract HistorySource {
    uint8 internal constant CERTIFY = 0;
    uint8 internal constant PAY = 1;
    uint8 internal constant SETTLE = 2;
    uint8 internal constant SETTLE_MANY = 3;
    uint8 internal constant DRAW = 4;
    uint8 internal constant WITHDRAW = 5;
    uint8 internal constant COLLECT = 6;
    uint8 internal constant RELEASE = 7;
    uint8 internal constant DISTRIBUTE = 8;
    uint8 internal constant TRANSFER = 9;
    uint8 internal constant SET_PAYOUT = 10;
    uint8 internal constant ADD_PAYEE = 11;

    uint256 internal constant TOKENS = 3;
    /// @dev Accounts: people 0 to 4, a contract that takes no ETH, two wallets, no account, and from
    /// 100 on the till of each work.
    uint256 internal constant PEOPLE = 5;
    uint256 internal constant VAULT = 5;
    uint256 internal constant SINK = 6;
    uint256 internal constant WALLET = 7;
    uint256 internal constant NOBODY = 8;
    uint256 internal constant TILL = 100;

    uint256 private constant WHOLE = 10_000;
    uint256 private constant MAX_PAYEES = 32;

    uint256 private _seed;
    uint256 private _counter;
    uint256 private _wanted;
    uint256 private _left;
    bool private _closing;
    uint256 private _closed;
    uint256[] private _owners;
    uint256[] private _vols;
    uint256[] private _rooms;
    uint256[] private _payees;
    uint256 private _paidWork;
    uint256 private _paidToken;
    uint256 private _drawnWork;
    uint256 private _drawnToken;

    /// @dev Begins the history of a seed.
    function begin(uint256 seed) internal {
        _seed = seed;
        _wanted = 3 + _roll(6);
        _left = 40 + _roll(60);
        _closing = _roll(2) == 0;
    }

    /// @dev Whether another step follows.
    function more() internal view returns (bool) {
        return _left > 0 || (_closing && _closed < TOKENS);
    }

    /// @dev The next step.
    function next() internal returns (Step memory step) {
        if (_left == 0) {
            step.kind = DISTRIBUTE;
            step.token = _closed++;
            step.path = new uint256[](_owners.length);
            for (uint256 i; i < step.path.length; ++i) {
                step.path[i] = step.path.length - 1 - i;
            }
            return step;
        }
        --_left;
        uint256 works = _owners.length;
        if (works == 0 || (works < _wanted && _roll(3) == 0)) return _certify();
        uint256 kind = _roll(25);
        step.work = _roll(works);
        step.token = _roll(TOKENS);
        if (kind < 8) {
            step.kind = PAY;
            uint256 scale = [uint256(20), 30_000, 1e12, 1 << 64, 1 << 88][_roll(5)];
            step.amount = 1 + _roll(scale);
            (_paidWork, _paidToken) = (step.work, step.token);
            return step;
        }
        // Half of all that follows goes where money lies.
        if (_roll(2) == 0) (step.work, step.token) = (_paidWork, _paidToken);
        if (kind < 11) {
            step.kind = SETTLE;
        } else if (kind < 12) {
            step.kind = SETTLE_MANY;
            step.path = _path();
        } else if (kind < 15) {
            step.kind = DRAW;
            (_drawnWork, _drawnToken) = (step.work, step.token);
        } else if (kind < 18) {
            step.kind = WITHDRAW;
            if (_roll(4) != 0) (step.work, step.token) = (_drawnWork, _drawnToken);
            step.account = _caller(step.work);
        } else if (kind < 20) {
            step.kind = COLLECT;
            step.path = _path();
            step.account = _caller(step.path[0]);
        } else if (kind < 21) {
            step.kind = RELEASE;
        } else if (kind < 22) {
            step.kind = DISTRIBUTE;
            step.path = _path();
            step.amount = _roll(step.path.length);
        } else if (_owners[step.work] == VAULT) {
            // The vault does nothing itself.
            step.kind = SETTLE;
        } else {
            _owning(step, kind);
        }
    }

    function _owning(Step memory step, uint256 kind) private {
        if (kind < 23) {
            step.kind = TRANSFER;
            step.account = _roll(8) == 0 ? VAULT : _roll(PEOPLE);
            _owners[step.work] = step.account;
        } else if (kind < 24) {
            step.kind = SET_PAYOUT;
            step.account = VAULT + _roll(4);
        } else if (_rooms[step.work] < 4 || _payees[step.work] == MAX_PAYEES) {
            step.kind = SETTLE;
        } else {
            step.kind = ADD_PAYEE;
            step.cuts = new Cut[](1);
            uint256 share = 1 + _roll(_rooms[step.work] / 2);
            step.cuts[0] = Cut(_payee(), share);
            _rooms[step.work] -= share;
            ++_payees[step.work];
        }
    }

    function _certify() private returns (Step memory step) {
        uint256 works = _owners.length;
        step.work = works;
        step.account = _roll(PEOPLE);
        step.parents = new Parent[](4);
        uint256 taken;
        uint256 left = WHOLE;
        uint256 vol;
        for (uint256 i = works > 6 ? works - 6 : 0; i < works && taken < 4; ++i) {
            if (_roll(2) == 1 || _owners[i] == VAULT || _vols[i] > left) continue;
            left -= _vols[i];
            uint256 kind = _roll(4);
            uint256 income = kind % 2 == 0 ? _share(left) : 0;
            left -= income;
            uint256 volume = kind == 1 || kind == 2 ? _share(left) : 0;
            left -= volume;
            vol += _vols[i] + volume;
            step.parents[taken++] = Parent(i, income, volume);
        }
        step.cuts = new Cut[](_roll(3));
        uint256 count;
        uint256 room = WHOLE;
        for (; count < step.cuts.length && room >= 8; ++count) {
            uint256 share = _roll(6) == 0 ? room - 2 : 1 + _roll(room / 4);
            step.cuts[count] = Cut(_payee(), share);
            room -= share;
        }
        _owners.push(step.account);
        _vols.push(vol);
        _rooms.push(room);
        _payees.push(count);
        (Parent[] memory parents, Cut[] memory cuts) = (step.parents, step.cuts);
        assembly ("memory-safe") {
            mstore(parents, taken)
            mstore(cuts, count)
        }
    }

    /// @dev The work's owner, who may have something to take, or anybody.
    function _caller(uint256 work) private returns (uint256) {
        uint256 owner = _owners[work];
        return _roll(4) != 0 && owner != VAULT ? owner : _roll(PEOPLE);
    }

    /// @dev Somebody, or the till of a work; of one that joins late, at times its own.
    function _payee() private returns (uint256) {
        if (_owners.length > 0 && _roll(3) == 0) return TILL + _roll(_owners.length);
        return _roll(PEOPLE + 1);
    }

    function _share(uint256 left) private returns (uint256) {
        uint256 size = _roll(8);
        if (size == 0) return left;
        uint256 most =
            size < 3
                ? 3
                : size < 7
                    ? 1_500
                    : WHOLE;
        return _roll((most < left ? most : left) + 1);
    }

    function _path() private returns (uint256[] memory path) {
        path = new uint256[](1 + _roll(4));
        for (uint256 i; i < path.length; ++i) {
            path[i] = _roll(_owners.length);
        }
    }

    function _roll(uint256 sides) private returns (uint256) {
        return uint256(keccak256(abi.encode(_seed, _counter++))) % sides;
    }
}
