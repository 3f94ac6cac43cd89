// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltySplitter} from "../../../contracts/interfaces/IRoyaltySplitter.sol";
import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";
import {RegistryMoves} from "./RegistryMoves.sol";

/// @notice Whatever moves money through the splitter, done on the model as well. Strangers do what
/// anyone may do, and must leave nobody with less.
abstract contract SplitterMoves is RegistryMoves {
    /// @dev As they stood after the last move of the token.
    mapping(uint256 work => mapping(address token => uint256)) internal seenCredit;
    mapping(address account => mapping(address token => uint256)) internal seenBalance;
    /// @dev Credits and balances that fell although nobody drew or withdrew them, and strangers'
    /// moves after which somebody had less.
    uint256 internal fellAlone;
    uint256 internal poorer;
    /// @dev What the move under way may lower.
    mapping(uint256 work => bool) private _mayDraw;
    mapping(address account => bool) private _mayClear;
    address private _token;

    // -------------------------------------------------------------------- pay

    function pay(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        (uint256 number, address token, uint256 amount) = (
            roll(works.length),
            anyToken(),
            anyAmount()
        );
        touches(token);
        uint256 value = token == ETHER ? amount : 0;
        bytes memory call_ = abi.encodeCall(
            IRoyaltySplitter.pay,
            (works[number].id, token, amount)
        );
        bool success = attempt(eve, address(splitter), value, call_, true, "pay");
        if (success) model.pay(number, token, arriving(token, amount));
    }

    /// @dev Plain money to a till, before or after others were credited there.
    function sweep(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        uint256 number = roll(works.length);
        address token = anyToken();
        touches(token);
        address till = address(uint160(works[number].id));
        if (roll(4) != 0) {
            uint256 sent = anyAmount();
            if (token == ETHER) vm.deal(till, till.balance + sent);
            else DemoToken(token).mint(till, sent);
        }
        uint256 lies = holdings(till, token);
        uint256 waits = model.balance(till, token);
        bytes memory call_ = abi.encodeCall(
            IRoyaltySplitter.sweep,
            (works[number].creator, works[number].content, token)
        );
        bool expected = lies + waits != 0;
        if (!attempt(eve, address(splitter), 0, call_, expected, "sweep")) return;
        model.withdraw(till, token);
        model.pay(number, token, waits + arriving(token, lies));
    }

    // ----------------------------------------------------------------- settle

    function settle(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        address token = anyToken();
        touches(token);
        (uint256[] memory path, uint256[] memory numbers) = anyPath();
        uint256[] memory before = wealth(token);
        vm.prank(eve);
        if (path.length == 1) splitter.settle(path[0], token);
        else splitter.settleMany(path, token);
        settleModel(numbers, token);
        nobodyPoorer(before, token);
        ++reached["settle"][true];
    }

    // --------------------------------------------------------------- withdraw

    function draw(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        uint256 number = roll(works.length);
        address token = anyToken();
        for (uint256 i; i < 4 && model.credit(number, token) == 0; ++i) {
            number = roll(works.length);
        }
        drawFor(number, token);
    }

    function drawFor(uint256 number, address token) internal {
        touches(token);
        uint256[] memory before = wealth(token);
        _mayDraw[number] = true;
        vm.prank(eve);
        uint256 amount = splitter.draw(works[number].id, token);
        agrees(amount, model.drawWork(number, token), "drawn");
        nobodyPoorer(before, token);
        observe();
        _mayDraw[number] = false;
        ++reached["draw"][amount != 0];
    }

    function withdraw(uint256 seed) external move(seed) {
        address who = anyone();
        address token = anyToken();
        for (uint256 i; i < 4 && model.balance(who, token) == 0; ++i) {
            (who, token) = (anyone(), anyToken());
        }
        touches(token);
        uint256 amount = model.balance(who, token);
        uint256 before = holdings(sink, token);
        _mayClear[who] = true;
        bytes memory call_ = abi.encodeCall(IRoyaltySplitter.withdraw, (token, sink));
        bool success = attempt(who, address(splitter), 0, call_, amount != 0, "withdraw");
        if (success) model.withdraw(who, token);
        agrees(holdings(sink, token), before + arriving(token, amount), "in the wallet");
        observe();
        _mayClear[who] = false;
    }

    function collect(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        address who = anyone();
        address token = anyToken();
        touches(token);
        (uint256[] memory path, uint256[] memory numbers) = anyPath();
        uint256 before = holdings(sink, token);
        vm.prank(who);
        try splitter.collect(path, token, sink) returns (uint256 amount) {
            settleModel(numbers, token);
            for (uint256 i; i < numbers.length; ++i) {
                bool last = i + 1 == numbers.length;
                if (!last && works[numbers[i]].owner != who) continue;
                _mayDraw[numbers[i]] = true;
                model.drawWork(numbers[i], token);
            }
            agrees(amount, model.withdraw(who, token), "collected");
            agrees(holdings(sink, token), before + arriving(token, amount), "in the wallet");
            _mayClear[who] = true;
            observe();
            lowering(numbers, false);
            ++reached["collect"][true];
        } catch (bytes memory reason) {
            // Settling may yield what is owed to the caller, so the notes do not tell beforehand.
            bytes4 why = IRoyaltySplitter.NothingToWithdraw.selector;
            eq(bytes32(bytes4(reason)), bytes32(why), "why nothing was collected");
            agrees(model.balance(who, token), 0, "nothing to collect");
            ++reached["collect"][false];
        }
    }

    function release(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        address token = anyToken();
        touches(token);
        (uint256[] memory path, uint256[] memory numbers) = anyPath();
        uint256[] memory before = wealth(token);
        vm.prank(eve);
        if (path.length == 1) splitter.release(path[0], token);
        else {
            splitter.distribute(path, 0, token);
            settleModel(numbers, token);
        }
        for (uint256 i; i < numbers.length; ++i) {
            model.releaseWork(numbers[i], token);
        }
        nobodyPoorer(before, token);
        // Balances it paid out lie in wallets now, as the line above saw.
        lowering(numbers, true);
        observe();
        lowering(numbers, false);
        ++reached["release"][true];
    }

    // ----------------------------------------------------------------- owners

    function setPayout(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        uint256 number = roll(works.length);
        address who = mostly(works[number].owner);
        address payout = roll(2) == 0 ? address(0) : sink;
        bytes memory call_ = abi.encodeCall(IRoyaltySplitter.setPayout, (works[number].id, payout));
        bool expected = who == works[number].owner;
        bool success = attempt(who, address(splitter), 0, call_, expected, "name a payout");
        if (success) model.setPayout(number, payout);
    }

    function addPayee(uint256 seed) external move(seed) {
        if (works.length == 0) return;
        uint256 number = roll(works.length);
        WorkNote storage work = works[number];
        bool lien = roll(3) == 0;
        address who = mostly(lien ? judge : work.owner);
        // Floors start anew with the payee: something drawn before, and right after.
        address token = anyToken();
        drawFor(number, token);
        address to = anyPayee();
        uint16 share = uint16(1 + roll(lien ? 600 : 2_000));
        uint256 reserved = work.hasArbiter && !work.hasLien && !lien ? LIEN_CAP : 0;
        bool expected = work.payeeShares + share + reserved <= WHOLE;
        bytes memory call_;
        if (lien) {
            bool may = work.hasArbiter && !work.hasLien && who == judge && share <= LIEN_CAP;
            expected = expected && may;
            call_ = abi.encodeCall(IRoyaltySplitter.addLien, (work.id, to, share));
        } else {
            expected = expected && who == work.owner;
            call_ = abi.encodeCall(IRoyaltySplitter.addPayee, (work.id, to, share));
        }
        bytes32 what = lien ? bytes32("add a lien") : bytes32("add a payee");
        if (!attempt(who, address(splitter), 0, call_, expected, what)) return;
        if (lien) work.hasLien = true;
        work.payeeShares += share;
        ++work.payees;
        model.addPayee(number, to, share);
        uint256 amount = 1 + roll(9);
        vm.prank(eve);
        splitter.pay{value: token == ETHER ? amount : 0}(work.id, token, amount);
        model.pay(number, token, arriving(token, amount));
        drawFor(number, token);
        encumbered(work, keccak256(abi.encode(to, share)));
    }

    /// @notice One of the people, or a work's till.
    function anyPayee() internal returns (address) {
        if (roll(4) != 0 || works.length == 0) return anyone();
        return address(uint160(works[roll(works.length)].id));
    }

    // ----------------------------------------------------------------- checks

    function settleModel(uint256[] memory numbers, address token) internal {
        for (uint256 i; i < numbers.length; ++i) {
            model.settle(numbers[i], token);
        }
    }

    function touches(address token) internal {
        _token = token;
    }

    /// @notice Wallets of all people, and what their balances will bring there.
    function wealth(address token) internal view returns (uint256[] memory amounts) {
        amounts = new uint256[](PEOPLE);
        for (uint256 i; i < PEOPLE; ++i) {
            uint256 balance = splitter.balances(people[i], token);
            amounts[i] = arriving(token, balance) + holdings(people[i], token);
        }
    }

    function nobodyPoorer(uint256[] memory before, address token) internal {
        uint256[] memory now_ = wealth(token);
        for (uint256 i; i < PEOPLE; ++i) {
            if (now_[i] < before[i]) ++poorer;
        }
    }

    /// @dev Whether the credits of these works, and all balances, may fall.
    function lowering(uint256[] memory numbers, bool may) private {
        for (uint256 i; i < numbers.length; ++i) {
            _mayDraw[numbers[i]] = may;
        }
        for (uint256 i; i < PEOPLE; ++i) {
            _mayClear[people[i]] = may;
        }
    }

    /// @dev Compares credits and balances of the token that moved with those after the move before.
    function observe() internal virtual override {
        address token = _token;
        for (uint256 i; i < works.length; ++i) {
            uint256 credit = splitter.credit(works[i].id, token);
            uint256 seen = seenCredit[i][token];
            if (credit == seen) continue;
            if (credit < seen && !_mayDraw[i]) ++fellAlone;
            seenCredit[i][token] = credit;
        }
        for (uint256 i; i < PEOPLE; ++i) {
            uint256 balance = splitter.balances(people[i], token);
            uint256 seen = seenBalance[people[i]][token];
            if (balance == seen) continue;
            if (balance < seen && !_mayClear[people[i]]) ++fellAlone;
            seenBalance[people[i]][token] = balance;
        }
    }
}
