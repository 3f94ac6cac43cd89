// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Deal, Offer} from "../../../contracts/types/Offers.sol";
import {Chains} from "./Chains.sol";

/// @notice Whatever anybody does in whatever order, these hold. The same seed gives the same moves:
/// `FOUNDRY_FUZZ_SEED=0x2a forge test --match-path 'tests/forge/invariants/*'`.
contract InvariantsTest is Chains {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(this);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(this), moves());
    }

    /// @dev Some come more often, since others build on them or refuse many.
    function moves() internal pure returns (bytes4[] memory list_) {
        bytes4[58] memory all = [
            this.wait.selector,
            this.certifyOriginal.selector,
            this.anchorRoot.selector,
            this.prove.selector,
            this.prove.selector,
            this.revise.selector,
            this.suspend.selector,
            this.transferWork.selector,
            this.pay.selector,
            this.pay.selector,
            this.sweep.selector,
            this.settle.selector,
            this.settle.selector,
            this.draw.selector,
            this.draw.selector,
            this.withdraw.selector,
            this.withdraw.selector,
            this.collect.selector,
            this.collect.selector,
            this.release.selector,
            this.setPayout.selector,
            this.addPayee.selector,
            this.issue.selector,
            this.issue.selector,
            this.renew.selector,
            this.renew.selector,
            this.transferLicense.selector,
            this.revoke.selector,
            this.allowBroker.selector,
            this.derive.selector,
            this.derive.selector,
            this.makeOffer.selector,
            this.makeOffer.selector,
            this.makeOffer.selector,
            this.fillOffer.selector,
            this.fillOffer.selector,
            this.fillOffer.selector,
            this.fillOffer.selector,
            this.fillOffer.selector,
            this.cancelOffer.selector,
            this.cancelAll.selector,
            this.deliver.selector,
            this.deliver.selector,
            this.deliver.selector,
            this.challenge.selector,
            this.releaseDeal.selector,
            this.releaseDeal.selector,
            this.releaseDeal.selector,
            this.refund.selector,
            this.refund.selector,
            this.openAuction.selector,
            this.bid.selector,
            this.bid.selector,
            this.bid.selector,
            this.settleAuction.selector,
            this.settleAuction.selector,
            this.voidAuction.selector,
            this.takeRefund.selector
        ];
        list_ = new bytes4[](all.length);
        for (uint256 i; i < all.length; ++i) {
            list_[i] = all[i];
        }
    }

    // ------------------------------------------------------------- the ledger
    // A ledger that is wrong stays wrong: in the long profile the four that walk through all of it
    // look after every 16th move and at the end.

    /// forge-config: long.invariant.check-interval = 16
    function invariant_creditsAndWhatIsOwedAreCovered() public view {
        for (uint256 t; t < TOKENS; ++t) {
            address token = tokens[t];
            uint256 owed = model.owedUpward(token);
            owed += splitter.balances(sink, token) + splitter.balances(eve, token);
            for (uint256 i; i < PEOPLE; ++i) {
                owed += splitter.balances(people[i], token);
            }
            for (uint256 i; i < works.length; ++i) {
                owed += splitter.credit(works[i].id, token);
                owed += splitter.balances(address(uint160(works[i].id)), token);
            }
            atMost(owed, holdings(address(splitter), token), "owed");
        }
    }

    /// @dev Settled in two orders, neither of which moves all at once: the same credits to the wei,
    /// and those the payments alone determine.
    /// forge-config: long.invariant.check-interval = 16
    function invariant_creditsAreAFunctionOfThePaymentsAlone() public {
        for (uint256 t; t < TOKENS; ++t) {
            address token = tokens[t];
            uint256[] memory nets = model.settledNet(token);
            uint256 snapshot = vm.snapshotState();
            // Children have higher numbers than their parents.
            for (uint256 i = works.length; i > 0; --i) {
                splitter.settle(works[i - 1].id, token);
            }
            areCredited(nets, token);
            vm.revertToState(snapshot);
            for (uint256 round; round < works.length; ++round) {
                for (uint256 i; i < works.length; ++i) {
                    splitter.settle(works[i].id, token);
                }
            }
            areCredited(nets, token);
            vm.revertToState(snapshot);
        }
    }

    function areCredited(uint256[] memory nets, address token) internal view {
        for (uint256 i; i < works.length; ++i) {
            uint256 credit = splitter.credit(works[i].id, token);
            eq(credit + model.drawn(i, token), nets[i], "credited in all");
        }
    }

    /// forge-config: long.invariant.check-interval = 16
    function invariant_everyNumberIsTheModels() public view {
        for (uint256 t; t < TOKENS; ++t) {
            address token = tokens[t];
            for (uint256 i; i < works.length; ++i) {
                uint256 id = works[i].id;
                eq(splitter.credit(id, token), model.credit(i, token), "credit");
                (uint256 income, uint256 volume) = splitter.pending(id, token);
                (uint256 income_, uint256 volume_) = model.pending(i, token);
                eq(income, income_, "pending income");
                eq(volume, volume_, "pending volume");
                address till = address(uint160(id));
                eq(splitter.balances(till, token), model.balance(till, token), "till");
            }
            for (uint256 i; i < PEOPLE; ++i) {
                uint256 balance = splitter.balances(people[i], token);
                eq(balance, model.balance(people[i], token), "balance");
            }
        }
    }

    function invariant_creditsFallOnlyByDrawingAndBalancesByWithdrawing() public view {
        eq(fellAlone, 0, "credits and balances that fell alone");
    }

    function invariant_aStrangerLeavesNobodyWithLess() public view {
        eq(poorer, 0, "people who had less");
    }

    /// @dev Whatever strangers did: everybody draws, and takes out all that is theirs.
    /// forge-config: long.invariant.check-interval = 16
    function invariant_nobodyBlocksAWithdrawal() public {
        uint256 snapshot = vm.snapshotState();
        for (uint256 t; t < TOKENS; ++t) {
            address token = tokens[t];
            for (uint256 i; i < works.length; ++i) {
                eq(splitter.draw(works[i].id, token), model.drawWork(i, token), "drawn");
            }
            for (uint256 i; i < PEOPLE; ++i) {
                uint256 balance = model.balance(people[i], token);
                if (balance == 0) continue;
                uint256 before = holdings(sink, token);
                vm.prank(people[i]);
                eq(splitter.withdraw(token, sink), balance, "withdrawn");
                eq(holdings(sink, token), before + arriving(token, balance), "in the wallet");
            }
        }
        vm.revertToState(snapshot);
    }

    // -------------------------------------------------------------- licenses

    function invariant_noLicenseGrantsBeyondTheCeilingOrOutlivesUntil() public view {
        for (uint256 id = 1; id <= licenses.length; ++id) {
            (uint256 workId, bytes32 hash, , uint256 end, ) = license.license(id);
            WorkNote storage work = works[licenses[id - 1].work];
            eq(workId, work.id, "the licensed work");
            yes(binds(work, license.termsOf(hash).grant, hash, end), "within the work's bounds");
        }
        for (uint256 i; i < works.length; ++i) {
            WorkNote storage work = works[i];
            (uint16 ceiling, uint16 obligations, uint256 until, bytes32 shareAlike) = license
                .bounds(work.id);
            eq(ceiling, work.ceiling, "ceiling");
            eq(obligations, work.obligations, "obligations");
            eq(until, work.until, "until");
            eq(shareAlike, work.shareAlike, "share-alike");
        }
    }

    function invariant_soldLicensesChangeOnlyByTheirOwnTerms() public view {
        for (uint256 id = 1; id <= licenses.length; ++id) {
            LicenseNote memory note = licenses[id - 1];
            (uint256 workId, bytes32 hash, uint256 start, uint256 end, uint256 units) = license
                .license(id);
            eq(workId, works[note.work].id, "work");
            eq(hash, kindHashes[note.terms], "terms");
            eq(start, note.start, "start");
            eq(end, note.end, "end");
            eq(units, note.units, "units");
            eq(license.ownerOf(id), note.holder, "holder");
            no(license.isRevoked(id) != note.revoked, "revoked otherwise");
            uint16 grant = kinds[note.terms].grant;
            bool good = !note.revoked && runs(note, block.timestamp);
            no(license.check(id, note.holder, grant, block.timestamp) != good, "checked otherwise");
        }
    }

    function invariant_noLicenseIsIssuedWhileAnExclusiveOneRuns() public view {
        eq(intrusions, 0, "licenses beside an exclusive one");
        for (uint256 i; i < works.length; ++i) {
            uint256 until;
            for (uint256 j; j < licenses.length; ++j) {
                LicenseNote storage note = licenses[j];
                bool keeps = note.work == i && isSole(note.terms) && !note.revoked;
                if (keeps && note.end > until) until = note.end;
            }
            uint256 found = license.exclusiveUntil(works[i].id);
            if (until > block.timestamp) eq(found, until, "exclusive until");
            else atMost(found, block.timestamp, "exclusive no longer");
        }
    }

    function invariant_encumbranceChainsAllThatBindsAWork() public view {
        for (uint256 i; i < works.length; ++i) {
            eq(registry.encumbrance(works[i].id), works[i].encumbrance, "encumbrance");
        }
    }

    // ----------------------------------------------------------- certificates

    function invariant_claimsKeepTheMinimum() public view {
        for (uint256 i = 1; i <= CONTENTS; ++i) {
            bytes32 content = bytes32(i);
            (uint256 first, uint256 time, uint256 count) = registry.claims(content);
            eq(count, claimCount[content], "claims");
            if (count == 0) continue;
            eq(time, leastTime[content], "the least time");
            eq(registry.claimTime(first), time, "the first claim's time");
        }
        for (uint256 i; i < works.length; ++i) {
            eq(registry.claimTime(works[i].id), works[i].claimTime, "claim time");
        }
    }

    function invariant_certificatesMoveOnlyByTheirOwners() public view {
        for (uint256 i; i < works.length; ++i) {
            WorkNote storage work = works[i];
            (address owner, uint256 transfers, bool suspended) = registry.ownership(work.id);
            eq(owner, work.owner, "owner");
            eq(transfers, work.transfers, "transfers");
            no(suspended != work.suspended, "suspended otherwise");
            eq(registry.metadataVersion(work.id), work.version, "version");
        }
    }

    // ------------------------------------------------------------- the market

    function invariant_offersSellWhatTheirMakersSigned() public view {
        for (uint256 i; i < offers.length; ++i) {
            Offer memory o = abi.decode(offers[i].data, (Offer));
            (bool posted, bool cancelled, uint256 filled) = market.offerState(o.maker, hashOf(o));
            eq(filled, offers[i].filled, "sold");
            atMost(filled, o.quantity, "sold");
            no(posted != offers[i].posted, "posted otherwise");
            no(cancelled != offers[i].cancelled, "cancelled otherwise");
        }
    }

    function invariant_escrowConserves() public view {
        eq(endedTwice, 0, "deals that ended twice");
        uint256[TOKENS] memory waits;
        uint256[TOKENS] memory taken;
        for (uint256 i; i < deals.length; ++i) {
            Deal memory d = abi.decode(deals[i].data, (Deal));
            (bool open, uint256 deliveredAt) = market.dealState(deals[i].key);
            no(open == deals[i].ended, "open although ended, or the reverse");
            if (open) eq(deliveredAt, deals[i].deliveredAt, "delivered at");
            for (uint256 t; t < TOKENS; ++t) {
                if (d.token != tokens[t]) continue;
                taken[t] += d.amount;
                if (open) waits[t] += d.amount;
            }
        }
        for (uint256 t; t < TOKENS; ++t) {
            eq(holdings(address(market), tokens[t]), waits[t], "what waits");
            uint256 ended = paidOut[tokens[t]] + givenBack[tokens[t]];
            eq(taken[t], waits[t] + ended, "what was taken in");
            eq(holdings(address(house), tokens[t]), heldInAuctions(tokens[t]), "bids and refunds");
        }
    }

    // ------------------------------------------------------------ predictions

    error Surprise(bytes32 what, bytes answer);

    /// @dev The notes predict of every move whether it succeeds: so nothing that is allowed can be
    /// blocked, and nothing passes that is not.
    function invariant_everyMoveEndsAsPredicted() public view {
        if (surprise != 0) revert Surprise(surprise, why);
    }

    // ------------------------------------------------------------------ reach

    /// @dev That none of this is vacuous: in a few worlds of fixed seeds every move succeeds, and
    /// is refused where it can be.
    function test_everyMoveIsReachedAndRefused() public {
        bytes32[36] memory names = moveNames();
        bool[72] memory seen;
        bytes4[] memory list_ = moves();
        for (uint256 world; world < 48; ++world) {
            uint256 snapshot = vm.snapshotState();
            for (uint256 i; i < 64; ++i) {
                uint256 seed = uint256(keccak256(abi.encode(world, i)));
                (bool success, ) = address(this).call(
                    abi.encodeWithSelector(list_[(seed >> 128) % list_.length], seed)
                );
                yes(success, "a move does not revert");
            }
            for (uint256 i; i < names.length; ++i) {
                seen[2 * i] = seen[2 * i] || reached[names[i]][true] != 0;
                seen[2 * i + 1] = seen[2 * i + 1] || reached[names[i]][false] != 0;
            }
            this.invariant_everyMoveEndsAsPredicted();
            this.invariant_everyNumberIsTheModels();
            vm.revertToState(snapshot);
        }
        for (uint256 i; i < names.length; ++i) {
            yes(seen[2 * i], string.concat("reached: ", string(abi.encodePacked(names[i]))));
            yes(seen[2 * i + 1], string.concat("refused: ", string(abi.encodePacked(names[i]))));
        }
    }

    function moveNames() internal pure returns (bytes32[36] memory) {
        return
            [
                bytes32("certify"),
                "certify with a signature",
                "prove",
                "revise",
                "suspend",
                "transfer a certificate",
                "sweep",
                "draw",
                "withdraw",
                "collect",
                "name a payout",
                "add a payee",
                "add a lien",
                "issue",
                "renew",
                "transfer a license",
                "revoke",
                "allow a market",
                "derive",
                "derive with a signature",
                "offer",
                "buy",
                "sell",
                "buy a renewal",
                "buy a certificate",
                "sell a certificate",
                "open a deal",
                "deliver",
                "challenge",
                "release a deal",
                "refund",
                "open an auction",
                "bid",
                "settle an auction",
                "void an auction",
                "take a refund"
            ];
    }
}
