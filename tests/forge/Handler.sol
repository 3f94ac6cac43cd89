// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPRegistry} from "../../contracts/IPRegistry.sol";
import {RoyaltySplitter} from "../../contracts/RoyaltySplitter.sol";
import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {LedgerModel} from "./LedgerModel.sol";
import {Test} from "./Test.sol";

/// @notice Moves for the invariant test: each does the same on the model, and checks that it lowers
/// nothing but what its caller may lower.
contract Handler is Test {
    address internal constant ETHER = address(0);

    RoyaltySplitter internal immutable SPLITTER;
    IPRegistry internal immutable REGISTRY;
    LedgerModel internal immutable MODEL;
    DemoToken internal immutable DOLLAR;
    uint256[] internal _ids;
    address[] internal _people;

    struct Standing {
        uint256[] credits;
        uint256[] balances;
    }

    constructor(
        RoyaltySplitter splitter,
        IPRegistry registry,
        LedgerModel model,
        DemoToken dollar,
        uint256[] memory ids,
        address[] memory people
    ) {
        (SPLITTER, REGISTRY, MODEL, DOLLAR) = (splitter, registry, model, dollar);
        (_ids, _people) = (ids, people);
    }

    // ------------------------------------------------------------------ moves

    function pay(uint256 work, uint256 amount, bool ether_) external {
        address token = tokenOf(ether_);
        work %= _ids.length;
        amount = within(amount, 1, amount % 3 == 0 ? 1e24 : 20_000);
        address payer = address(0xBEEF);
        Standing memory before = standing(token);
        if (ether_) {
            vm.deal(payer, amount);
            vm.prank(payer);
            SPLITTER.pay{value: amount}(_ids[work], token, amount);
        } else {
            DOLLAR.mint(payer, amount);
            vm.startPrank(payer);
            DOLLAR.approve(address(SPLITTER), amount);
            SPLITTER.pay(_ids[work], token, amount);
            vm.stopPrank();
        }
        MODEL.pay(work, token, amount);
        neverLess(before, token, type(uint256).max, address(0));
    }

    function settle(uint256 work, bool ether_) external {
        address token = tokenOf(ether_);
        work %= _ids.length;
        Standing memory before = standing(token);
        vm.prank(address(0xBAD));
        SPLITTER.settle(_ids[work], token);
        MODEL.settle(work, token);
        neverLess(before, token, type(uint256).max, address(0));
    }

    function draw(uint256 work, bool ether_) external {
        address token = tokenOf(ether_);
        work %= _ids.length;
        Standing memory before = standing(token);
        vm.prank(address(0xBAD));
        uint256 amount = SPLITTER.draw(_ids[work], token);
        eq(amount, MODEL.draw(work, token), "drawn");
        eq(amount, before.credits[work], "the whole credit");
        neverLess(before, token, work, address(0));
    }

    function withdraw(uint256 person, bool ether_) external {
        address token = tokenOf(ether_);
        address account = _people[person % _people.length];
        if (MODEL.balance(account, token) == 0) return;
        Standing memory before = standing(token);
        uint256 wallet = holdings(account, token);
        vm.prank(account);
        uint256 amount = SPLITTER.withdraw(token, account);
        eq(amount, MODEL.withdraw(account, token), "withdrawn");
        eq(holdings(account, token), wallet + amount, "in the wallet");
        neverLess(before, token, type(uint256).max, account);
    }

    function transfer(uint256 work, uint256 person) external {
        work %= _ids.length;
        address to = _people[person % _people.length];
        address owner = REGISTRY.ownerOf(_ids[work]);
        Standing memory ether_ = standing(ETHER);
        Standing memory dollars = standing(address(DOLLAR));
        vm.prank(owner);
        REGISTRY.transferFrom(owner, to, _ids[work]);
        MODEL.transfer(work, to);
        neverLess(ether_, ETHER, type(uint256).max, address(0));
        neverLess(dollars, address(DOLLAR), type(uint256).max, address(0));
    }

    /// @dev A stranger may pay people out; what leaves a balance arrives in that person's wallet.
    function release(uint256 work, bool ether_) external {
        address token = tokenOf(ether_);
        work %= _ids.length;
        uint256[] memory before = new uint256[](_people.length);
        for (uint256 i; i < before.length; ++i) {
            before[i] = _wealth(_people[i], token);
        }
        vm.prank(address(0xBAD));
        SPLITTER.release(_ids[work], token);
        MODEL.release(work, token, address(0));
        for (uint256 i; i < before.length; ++i) {
            atMost(before[i], _wealth(_people[i], token), "wealth after a release");
        }
    }

    // ----------------------------------------------------------------- checks

    /// @dev Credits fall only by drawing that work, balances only by withdrawing one's own.
    function neverLess(
        Standing memory before,
        address token,
        uint256 drawn,
        address withdrawer
    ) internal view {
        Standing memory now_ = standing(token);
        for (uint256 i; i < _ids.length; ++i) {
            if (i != drawn) atMost(before.credits[i], now_.credits[i], "credit");
        }
        for (uint256 i; i < _people.length; ++i) {
            if (_people[i] != withdrawer) {
                atMost(before.balances[i], now_.balances[i], "balance");
            }
        }
    }

    function standing(address token) internal view returns (Standing memory now_) {
        now_.credits = new uint256[](_ids.length);
        now_.balances = new uint256[](_people.length);
        for (uint256 i; i < _ids.length; ++i) {
            now_.credits[i] = SPLITTER.credit(_ids[i], token);
        }
        for (uint256 i; i < _people.length; ++i) {
            now_.balances[i] = SPLITTER.balances(_people[i], token);
        }
    }

    function tokenOf(bool ether_) internal view returns (address) {
        return ether_ ? ETHER : address(DOLLAR);
    }

    function _wealth(address account, address token) internal view returns (uint256) {
        return holdings(account, token) + SPLITTER.balances(account, token);
    }

    function holdings(address account, address token) internal view returns (uint256) {
        return token == ETHER ? account.balance : DOLLAR.balanceOf(account);
    }
}
