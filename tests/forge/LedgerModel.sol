// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice The recursive split once more, straight from its definitions: running totals that are
/// never reduced modulo anything, and the settled state as a pure function of the payments.
/// Works are numbered in the order they are added, so parents have smaller numbers.
contract LedgerModel {
    uint256 internal constant WHOLE = 10_000;
    /// @dev Fixed point for exact fractions; amounts stay below 2^100.
    uint256 internal constant ONE = 1 << 128;
    /// @dev More than all roundings of one `exact` pass together, in units of 2^-128.
    uint256 internal constant SLACK = 1 << 40;

    struct Link {
        uint256 parent;
        uint256 income;
        uint256 volume;
    }

    struct Part {
        address to;
        uint256 share;
    }

    struct Work {
        address owner;
        uint256 rel;
        uint256 vol;
        uint256 ownersShare;
    }

    /// @dev None of these ever falls.
    struct Totals {
        uint256 direct;
        uint256 royalties;
        uint256 volume;
        uint256 settledIncome;
        uint256 settledVolume;
        uint256 drawn;
    }

    error OwesTooMuch(uint256 rel, uint256 vol);

    Work[] internal _works;
    mapping(uint256 work => Link[]) internal _links;
    mapping(uint256 work => Part[]) internal _parts;
    mapping(uint256 work => mapping(address token => Totals)) internal _totals;
    mapping(address account => mapping(address token => uint256)) public earned;
    mapping(address account => mapping(address token => uint256)) public withdrawn;

    // ------------------------------------------------------------------ graph

    function add(
        address owner,
        Link[] calldata links,
        Part[] calldata parts
    ) external returns (uint256 work) {
        work = _works.length;
        (uint256 rel, uint256 vol, uint256 ownersShare) = (0, 0, WHOLE);
        for (uint256 i; i < links.length; ++i) {
            rel += links[i].income;
            vol += links[i].volume + _works[links[i].parent].vol;
            _links[work].push(links[i]);
        }
        if (rel + vol > WHOLE) revert OwesTooMuch(rel, vol);
        for (uint256 i; i < parts.length; ++i) {
            ownersShare -= parts[i].share;
            _parts[work].push(parts[i]);
        }
        _works.push(Work(owner, rel, vol, ownersShare));
    }

    function transfer(uint256 work, address owner) external {
        _works[work].owner = owner;
    }

    // ------------------------------------------------------------------ moves

    function pay(uint256 work, address token, uint256 amount) external {
        _totals[work][token].direct += amount;
        _totals[work][token].volume += amount;
    }

    function settle(uint256 work, address token) public {
        Totals storage child = _totals[work][token];
        uint256 income = child.direct + child.royalties;
        for (uint256 i; i < _links[work].length; ++i) {
            Link storage link = _links[work][i];
            Totals storage parent = _totals[link.parent][token];
            parent.royalties +=
                _part(income, link.income) -
                _part(child.settledIncome, link.income) +
                _part(child.volume, link.volume) -
                _part(child.settledVolume, link.volume);
            if (_works[link.parent].vol > 0) parent.volume += child.volume - child.settledVolume;
        }
        child.settledIncome = income;
        child.settledVolume = child.volume;
    }

    function draw(uint256 work, address token) public returns (uint256 amount) {
        (amount, ) = _draw(work, token);
    }

    function _draw(
        uint256 work,
        address token
    ) internal returns (uint256 amount, uint256 ownersPart) {
        amount = credit(work, token);
        Totals storage totals = _totals[work][token];
        (uint256 before, uint256 now_) = (totals.drawn, totals.drawn + amount);
        totals.drawn = now_;
        for (uint256 i; i < _parts[work].length; ++i) {
            Part storage part = _parts[work][i];
            earned[part.to][token] += _part(now_, part.share) - _part(before, part.share);
        }
        Work storage known = _works[work];
        ownersPart = _part(now_, known.ownersShare) - _part(before, known.ownersShare);
        earned[known.owner][token] += ownersPart;
    }

    function withdraw(address account, address token) public returns (uint256 amount) {
        amount = balance(account, token);
        withdrawn[account][token] += amount;
    }

    /// @notice What `release` does where no payout address is set, no payee is a till, and nobody
    /// but `keeps` has code.
    function release(uint256 work, address token, address keeps) external {
        (, uint256 ownersPart) = _draw(work, token);
        address owner = _works[work].owner;
        if (owner != keeps) {
            if (ownersPart == 0) withdraw(owner, token);
            else withdrawn[owner][token] += ownersPart;
        }
        for (uint256 i; i < _parts[work].length; ++i) {
            if (_parts[work][i].to != keeps) withdraw(_parts[work][i].to, token);
        }
    }

    // ------------------------------------------------------------------ state

    function credit(uint256 work, address token) public view returns (uint256) {
        return net(work, token) - _totals[work][token].drawn;
    }

    function pending(
        uint256 work,
        address token
    ) external view returns (uint256 income, uint256 volume) {
        Totals storage totals = _totals[work][token];
        if (_works[work].rel > 0) income = totals.direct + totals.royalties - totals.settledIncome;
        if (_works[work].vol > 0) volume = totals.volume - totals.settledVolume;
    }

    function balance(address account, address token) public view returns (uint256) {
        return earned[account][token] - withdrawn[account][token];
    }

    /// @notice All that was ever credited to a work, drawn or not.
    function net(uint256 work, address token) public view returns (uint256) {
        Totals storage totals = _totals[work][token];
        return _net(work, totals.direct, totals.royalties);
    }

    // ------------------------------------------------------- pure function

    /// @notice Net of every work once everything is settled: one pass from the youngest work up,
    /// from the payments alone.
    function settledNet(address token) public view returns (uint256[] memory nets) {
        uint256 count = _works.length;
        nets = new uint256[](count);
        uint256[] memory royalties = new uint256[](count);
        uint256[] memory volume = new uint256[](count);
        for (uint256 i = count; i > 0;) {
            --i;
            uint256 direct = _totals[i][token].direct;
            nets[i] = _net(i, direct, royalties[i]);
            volume[i] += direct;
            for (uint256 j; j < _links[i].length; ++j) {
                Link memory link = _links[i][j];
                royalties[link.parent] +=
                    _part(direct + royalties[i], link.income) + _part(volume[i], link.volume);
                if (_works[link.parent].vol > 0) volume[link.parent] += volume[i];
            }
        }
    }

    /// @notice What still has to move up: the settled nets less the present ones.
    function owedUpward(address token) external view returns (uint256 owed) {
        uint256[] memory nets = settledNet(token);
        for (uint256 i; i < nets.length; ++i) {
            owed += nets[i] - net(i, token);
        }
    }

    /// @notice By how much each settled net may differ from the exact fraction, and whether it does.
    /// Exact values carry 128 binary places. A share loses less than 1 wei over its whole life, and
    /// what a work lacks in income costs its parent that parent's part of it.
    function outsideBound(address token) external view returns (bool) {
        uint256 count = _works.length;
        uint256[] memory nets = settledNet(token);
        uint256[] memory income = new uint256[](count);
        uint256[] memory volume = new uint256[](count);
        uint256[] memory lacks = new uint256[](count);
        for (uint256 i = count; i > 0;) {
            --i;
            uint256 direct = _totals[i][token].direct;
            income[i] += direct * ONE;
            volume[i] += direct;
            uint256 kept = WHOLE - _works[i].rel;
            uint256 exact = (income[i] * kept) / WHOLE - (direct * ONE * _works[i].vol) / WHOLE;
            uint256 bound = (lacks[i] * kept) / WHOLE + ONE;
            if (nets[i] * ONE > exact + SLACK) return true;
            if (nets[i] * ONE + bound + SLACK < exact) return true;
            for (uint256 j; j < _links[i].length; ++j) {
                Link memory link = _links[i][j];
                income[link.parent] += (income[i] * link.income) / WHOLE;
                income[link.parent] += (volume[i] * ONE * link.volume) / WHOLE;
                lacks[link.parent] += (lacks[i] * link.income) / WHOLE;
                if (link.income > 0) lacks[link.parent] += ONE;
                if (link.volume > 0) lacks[link.parent] += ONE;
                if (_works[link.parent].vol > 0) volume[link.parent] += volume[i];
            }
        }
        return false;
    }

    /// @notice Most wei that floors can keep in the splitter for good.
    function mostDust() external view returns (uint256 most) {
        for (uint256 i; i < _works.length; ++i) {
            most += 1 + 2 * _links[i].length + (_parts[i].length > 0 ? _parts[i].length + 1 : 0);
        }
    }

    // ------------------------------------------------------------------ views

    function size() external view returns (uint256) {
        return _works.length;
    }

    function workAt(uint256 index) external view returns (Work memory) {
        return _works[index];
    }

    function drawn(uint256 index, address token) external view returns (uint256) {
        return _totals[index][token].drawn;
    }

    function _net(
        uint256 index,
        uint256 direct,
        uint256 royalties
    ) internal view returns (uint256) {
        uint256 kept = WHOLE - _works[index].rel;
        return (direct * (kept - _works[index].vol) + royalties * kept) / WHOLE;
    }

    /// @dev `share` of a running total, in whole units.
    function _part(uint256 total, uint256 share) internal pure returns (uint256) {
        return (total * share) / WHOLE;
    }
}
