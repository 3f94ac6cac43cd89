// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICertifyBatch} from "../../../contracts/interfaces/ICertifyBatch.sol";
import {IIPLicense} from "../../../contracts/interfaces/IIPLicense.sol";
import {Rights} from "../../../contracts/libraries/Rights.sol";
import {Certify, Edge, Payee, Share, Terms, TreeProof} from "../../../contracts/types/Structs.sol";
import {LedgerModel} from "../LedgerModel.sol";
import {SplitterMoves} from "./SplitterMoves.sol";

/// @notice Licenses of every kind, issued where they may be and where they may not, renewed,
/// transferred, revoked; derivatives with several parents.
abstract contract LicenseMoves is SplitterMoves {
    uint16 internal constant PERMISSIONS = 0x00ff;
    uint16 internal constant OBLIGATIONS = 0x0700;

    /// @dev What a derivative's edges add up to, as the notes see it.
    struct Sum {
        Edge[] edges;
        LedgerModel.Link[] links;
        uint256[] ids;
        uint256 rel;
        uint256 vol;
        uint256 until;
        uint16 ceiling;
        uint16 obligations;
        bytes32 shareAlike;
        uint16 shareAlikeGrant;
        bool valid;
    }

    /// @dev Licenses issued or renewed while an exclusive one ran.
    uint256 internal intrusions;

    // --------------------------------------------------------------- licenses

    function issue(uint256 seed) external move(seed) {
        if (works.length == 0 || licenses.length >= MOST_LICENSES) return;
        uint256 number = roll(works.length);
        uint256 kind_ = roll(kinds.length);
        if (!issuable(number, kind_, 1, 0)) kind_ = roll(kinds.length);
        address who = roll(4) == 0 ? broker : mostly(works[number].owner);
        address to = anyone();
        uint256 start = roll(4) == 0 ? block.timestamp + 1 + roll(10 days) : 0;
        uint256 count = roll(4) == 0 ? roll(4) : 1;
        bool expected = mayIssue(who, number) && issuable(number, kind_, count, start);
        bytes memory call_ = abi.encodeCall(
            IIPLicense.issue,
            (works[number].id, kindHashes[kind_], to, count, start)
        );
        bool success = attempt(who, address(license), 0, call_, expected, "issue");
        if (success) noteIssued(number, kind_, to, count, start);
    }

    function renew(uint256 seed) external move(seed) {
        if (licenses.length == 0) return;
        uint256 id = 1 + roll(licenses.length);
        for (uint256 i; i < 4 && !renewable(id); ++i) {
            id = 1 + roll(licenses.length);
        }
        // The young ones of a kind that seldom lives long.
        bool soles = roll(2) == 0;
        for (uint256 n = licenses.length; n > 0 && soles; --n) {
            if (!isSole(licenses[n - 1].terms) || !renewable(n)) continue;
            (id, soles) = (n, false);
        }
        uint256 number = licenses[id - 1].work;
        address who = roll(4) == 0 ? broker : mostly(works[number].owner);
        bool expected = mayIssue(who, number) && renewable(id);
        bytes memory call_ = abi.encodeCall(IIPLicense.renew, (id));
        if (attempt(who, address(license), 0, call_, expected, "renew")) noteRenewed(id);
    }

    function transferLicense(uint256 seed) external move(seed) {
        if (licenses.length == 0) return;
        uint256 id = 1 + roll(licenses.length);
        LicenseNote storage note = licenses[id - 1];
        address who = mostly(note.holder);
        address to = anyone();
        bool open = kinds[note.terms].grant & Rights.TRANSFERABLE != 0;
        bytes memory call_ = abi.encodeCall(license.transferFrom, (note.holder, to, id));
        bool expected = open && who == note.holder;
        bool success = attempt(who, address(license), 0, call_, expected, "transfer a license");
        if (success) note.holder = to;
    }

    function revoke(uint256 seed) external move(seed) {
        if (licenses.length == 0) return;
        uint256 id = 1 + roll(licenses.length);
        for (uint256 i; i < 4 && !revocable(id); ++i) {
            id = 1 + roll(licenses.length);
        }
        LicenseNote storage note = licenses[id - 1];
        address who = mostly(judge);
        bool expected = revocable(id) && who == judge;
        bytes memory call_ = abi.encodeCall(IIPLicense.revoke, (id, bytes32(0)));
        if (!attempt(who, address(license), 0, call_, expected, "revoke")) return;
        note.revoked = true;
        WorkNote storage work = works[note.work];
        bool ends = isSole(note.terms) && note.end == work.exclusiveUntil;
        if (ends) work.exclusiveUntil = 0;
    }

    function allowBroker(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        WorkNote storage work = works[roll(works.length)];
        address who = mostly(work.owner);
        bool allowed = roll(4) != 0;
        bytes memory call_ = abi.encodeCall(IIPLicense.allowMarket, (work.id, broker, allowed));
        bool expected = who == work.owner;
        bool success = attempt(who, address(license), 0, call_, expected, "allow a market");
        if (success) work.broker = allowed ? work.transfers + 1 : 0;
    }

    // ------------------------------------------------------------ derivatives

    function derive(uint256 seed) external move(seed) {
        if (works.length == 0 || works.length >= MOST_WORKS) return;
        Certify memory certify_ = anyDraft();
        Sum memory sum = anyEdges(certify_.creator);
        certify_.edges = sum.edges;
        certify_.payees = anyPayees(certify_.lienCap);
        bool expected = sum.valid && !known(certify_);
        bool success;
        if (certify_.creator != vault && roll(2) == 0) {
            TreeProof memory none_;
            success = attempt(
                eve,
                address(license),
                0,
                abi.encodeCall(ICertifyBatch.certifyFor, (certify_, none_, consentTo(certify_))),
                expected,
                "derive with a signature"
            );
        } else {
            bytes memory call_ = abi.encodeCall(IIPLicense.certify, (certify_));
            success = attempt(certify_.creator, address(license), 0, call_, expected, "derive");
        }
        if (success) noteDerived(certify_, sum);
    }

    /// @notice Up to three parents under licenses that `creator` holds; most are issued for it.
    function anyEdges(address creator) internal returns (Sum memory sum) {
        uint256 count = 1 + roll(3);
        sum.edges = new Edge[](count);
        uint256 taken;
        for (uint256 i; i < count; ++i) {
            uint256 number = roll(works.length);
            bool twice;
            for (uint256 j; j < taken; ++j) {
                twice = twice || sum.edges[j].parent == works[number].id;
            }
            uint256 id = twice ? 0 : licenseFor(creator, number);
            if (id == 0) continue;
            bytes32 hash = kindHashes[licenses[id - 1].terms];
            sum.edges[taken++] = Edge(works[number].id, hash, id);
        }
        Edge[] memory edges = sum.edges;
        assembly ("memory-safe") {
            mstore(edges, taken)
        }
        sum.edges = sorted(edges);
        addUp(sum, creator);
    }

    /// @dev A license of a work that `creator` has or is given; 0 if there is none to be had.
    function licenseFor(address creator, uint256 number) internal returns (uint256) {
        for (uint256 id = licenses.length; id > 0 && roll(2) == 0; --id) {
            LicenseNote storage note = licenses[id - 1];
            if (note.work == number && note.holder == creator) return id;
        }
        uint256 kind_ = roll(kinds.length);
        bool derives = kinds[kind_].grant & Rights.DERIVE != 0;
        if (!derives || !issuable(number, kind_, 1, 0) || licenses.length >= MOST_LICENSES) {
            return 0;
        }
        vm.prank(works[number].owner);
        license.issue(works[number].id, kindHashes[kind_], creator, 1, 0);
        noteIssued(number, kind_, creator, 1, 0);
        return licenses.length;
    }

    /// @notice What the edges make of a derivative, and whether they are valid.
    function addUp(Sum memory sum, address creator) internal view {
        sum.ids = new uint256[](sum.edges.length);
        sum.links = new LedgerModel.Link[](sum.edges.length);
        (sum.ceiling, sum.valid) = (PERMISSIONS, true);
        for (uint256 i; i < sum.edges.length; ++i) {
            uint256 id = sum.edges[i].licenseId;
            LicenseNote memory note = licenses[id - 1];
            Terms memory terms = kinds[note.terms];
            sum.ids[i] = id;
            sum.links[i] = LedgerModel.Link(note.work, terms.income, terms.volume);
            bool usable = note.holder == creator && !note.revoked && note.units != 0;
            if (!usable || !runs(note, block.timestamp)) sum.valid = false;
            sum.rel += terms.income;
            sum.vol += terms.volume + model.workAt(note.work).vol;
            sum.ceiling &= terms.pass;
            sum.obligations |= terms.grant & (OBLIGATIONS | Rights.SHARE_ALIKE);
            sum.until = earlier(sum.until, works[note.work].until);
            if (terms.grant & Rights.ENDS_WITH_LICENSE != 0) {
                sum.until = earlier(sum.until, note.end);
            }
            if (terms.grant & Rights.SHARE_ALIKE == 0) continue;
            bytes32 hash = kindHashes[note.terms];
            if (sum.shareAlike != 0 && sum.shareAlike != hash) sum.valid = false;
            (sum.shareAlike, sum.shareAlikeGrant) = (hash, terms.grant);
        }
        if (sum.rel + sum.vol > WHOLE) sum.valid = false;
        if (sum.shareAlike == 0) return;
        uint16 grant = sum.shareAlikeGrant;
        bool exceeds = grant & PERMISSIONS & ~sum.ceiling != 0;
        if (exceeds || sum.obligations & OBLIGATIONS & ~grant != 0) sum.valid = false;
    }

    function anyPayees(uint256 reserved) internal returns (Payee[] memory payees) {
        payees = new Payee[](roll(3));
        for (uint256 i; i < payees.length; ++i) {
            payees[i] = Payee(anyPayee(), uint16(1 + roll((WHOLE - reserved) / 2)));
        }
    }

    // ------------------------------------------------------------------ notes

    function runs(LicenseNote memory note, uint256 time) internal pure returns (bool) {
        return note.start <= time && (note.end == 0 || time < note.end);
    }

    function mayIssue(address who, uint256 number) internal view returns (bool) {
        WorkNote storage work = works[number];
        if (who == work.owner || who == address(market)) return true;
        return who == broker && work.broker == work.transfers + 1;
    }

    /// @notice Whether licenses can be issued now by whoever may issue.
    function issuable(
        uint256 number,
        uint256 kind_,
        uint256 count,
        uint256 start
    ) internal view returns (bool) {
        uint256 most = isSole(kind_) ? 1 : 100;
        if (count == 0 || count > most) return false;
        if (works[number].suspended || block.timestamp < works[number].exclusiveUntil) return false;
        return fits(number, kind_, endOf(kind_, start));
    }

    function revocable(uint256 id) internal view returns (bool) {
        LicenseNote storage note = licenses[id - 1];
        bool open = kinds[note.terms].grant & Rights.REVOCABLE_FOR_BREACH != 0;
        return open && !note.revoked && works[note.work].hasArbiter;
    }

    function isSole(uint256 terms) internal view returns (bool) {
        return kinds[terms].grant & Rights.EXCLUSIVE != 0;
    }

    function endOf(uint256 kind_, uint256 start) internal view returns (uint256) {
        uint256 duration = kinds[kind_].duration;
        return duration == 0 ? 0 : duration + (start == 0 ? block.timestamp : start);
    }

    function renewable(uint256 id) internal view returns (bool) {
        LicenseNote storage note = licenses[id - 1];
        WorkNote storage work = works[note.work];
        if (work.suspended || note.revoked || note.end <= block.timestamp) return false;
        bool own = isSole(note.terms) && note.end == work.exclusiveUntil;
        if (block.timestamp < work.exclusiveUntil && !own) return false;
        return fits(note.work, note.terms, note.end + kinds[note.terms].duration);
    }

    function fits(uint256 number, uint256 kind_, uint256 end) internal view returns (bool) {
        WorkNote storage work = works[number];
        Terms storage terms = kinds[kind_];
        bool derives = terms.grant & Rights.DERIVE != 0;
        uint256 owes = model.workAt(number).vol + terms.income + terms.volume;
        if (derives && owes > WHOLE) return false;
        return binds(work, terms.grant, kindHashes[kind_], end);
    }

    /// @notice Whether a license lies within what binds a work.
    function binds(
        WorkNote storage work,
        uint16 grant,
        bytes32 hash,
        uint256 end
    ) internal view returns (bool) {
        if (work.parents == 0) return true;
        if (grant & PERMISSIONS & ~work.ceiling != 0) return false;
        if (work.obligations & OBLIGATIONS & ~grant != 0) return false;
        if (work.shareAlike != 0 && work.shareAlike != hash) return false;
        return within(end, work.until);
    }

    function noteIssued(
        uint256 number,
        uint256 kind_,
        address to,
        uint256 count,
        uint256 start
    ) internal {
        WorkNote storage work = works[number];
        if (block.timestamp < work.exclusiveUntil) ++intrusions;
        uint256 end = endOf(kind_, start);
        if (isSole(kind_)) work.exclusiveUntil = end;
        uint256 first = licenses.length + 1;
        encumbered(work, keccak256(abi.encode(first, count, kindHashes[kind_], end)));
        for (uint256 i; i < count; ++i) {
            licenses.push(
                LicenseNote({
                    work: number,
                    terms: kind_,
                    holder: to,
                    start: start == 0 ? block.timestamp : start,
                    end: end,
                    units: kinds[kind_].units,
                    revoked: false
                })
            );
        }
    }

    function noteRenewed(uint256 id) internal {
        LicenseNote storage note = licenses[id - 1];
        WorkNote storage work = works[note.work];
        bool own = isSole(note.terms) && note.end == work.exclusiveUntil;
        if (block.timestamp < work.exclusiveUntil && !own) ++intrusions;
        note.end += kinds[note.terms].duration;
        if (isSole(note.terms)) work.exclusiveUntil = note.end;
        encumbered(work, keccak256(abi.encode(id, note.end)));
    }

    function noteDerived(Certify memory c, Sum memory sum) internal {
        LedgerModel.Part[] memory parts_ = new LedgerModel.Part[](c.payees.length);
        for (uint256 i; i < parts_.length; ++i) {
            parts_[i] = LedgerModel.Part(c.payees[i].to, c.payees[i].share);
        }
        model.add(c.creator, sum.links, parts_);
        WorkNote storage work = noteWork(c, block.timestamp);
        Share[] memory shares = new Share[](sum.links.length);
        for (uint256 i; i < shares.length; ++i) {
            LedgerModel.Link memory link = sum.links[i];
            LicenseNote storage note = licenses[sum.ids[i] - 1];
            if (note.units != UNLIMITED) --note.units;
            (uint16 income, uint16 volume) = (uint16(link.income), uint16(link.volume));
            shares[i] = Share(works[link.parent].id, income, volume, uint64(sum.ids[i]));
        }
        encumbered(work, keccak256(abi.encode(shares, c.payees)));
        work.parents = shares.length;
        if (shares.length != 0) {
            (work.ceiling, work.obligations) = (sum.ceiling, sum.obligations);
            (work.until, work.shareAlike) = (sum.until, sum.shareAlike);
        }
        work.payees = c.payees.length;
        for (uint256 i; i < c.payees.length; ++i) {
            work.payeeShares += c.payees[i].share;
        }
    }
}
