// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Fill, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Entry, Fee} from "../../contracts/types/Structs.sol";
import {ICertifyBatch} from "../../contracts/interfaces/ICertifyBatch.sol";
import {ILicenseMarketplace} from "../../contracts/interfaces/ILicenseMarketplace.sol";
import {IRoyaltySplitter} from "../../contracts/interfaces/IRoyaltySplitter.sol";
import {MarketBase} from "./MarketBase.sol";
import {AnswerToken} from "./mocks/AnswerToken.sol";
import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {HookToken} from "./mocks/HookToken.sol";
import {LyingMarket} from "./mocks/LyingMarket.sol";

/// @notice Counts in shares of a pool that earned: two units each. An odd unit seems to lie with
/// whoever got `dust`, and never moves.
contract ShareToken is DemoToken {
    mapping(address account => uint256) public dust;

    function sprinkle(address to) external {
        dust[to] = 1;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return super.balanceOf(account) + dust[account];
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return super.transfer(to, amount & ~uint256(1));
    }
}

/// @notice Odd tokens and wallets against the money and the works of others.
contract AttacksByOddTokensTest is MarketBase {
    /// @dev A token that answers false although it moved: paid again and again, out of what others
    /// hold in the same token?
    function test_attackPaidAgainByATokenThatMovesAndAnswersFalse() public {
        AnswerToken token = new AnswerToken();
        address at = address(token);
        uint256 thiefs = certify(eve, "thief");
        token.mint(address(uint160(root)), 9_000);
        token.mint(address(uint160(thiefs)), 1_000);
        token.answer(true, bytes32(0), 32);
        splitter.sweep(ann, "root", at);
        splitter.sweep(eve, "thief", at);
        for (uint256 i; i < 10; ++i) splitter.release(thiefs, at);
        eq(token.balanceOf(eve), 0, "what the token denies did not happen");
        eq(token.balanceOf(address(splitter)), 10_000, "all is there");
        eq(splitter.balances(eve, at), 1_000, "the thief's own, once");
        token.answer(true, bytes32(uint256(1)), 32);
        splitter.release(thiefs, at);
        splitter.release(root, at);
        eq(token.balanceOf(eve), 1_000, "paid once the token is honest");
        eq(token.balanceOf(ann), 9_000, "and so is Ann");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltySplitter.OnlySelf.selector, eve));
        vm.prank(eve);
        splitter.push(at, eve, 1);
    }

    /// @dev A unit that cannot move out of a till: does it hold up what the till was credited?
    function test_attackDustHoldsUpWhatATillWasCredited() public {
        ShareToken token = new ShareToken();
        LyingMarket payer = new LyingMarket();
        token.mint(address(payer), 1_000);
        Fee[] memory fees = new Fee[](1);
        fees[0] = Fee(address(uint160(root)), 400);
        payer.prepare(1_000, address(0), "");
        payer.pay(splitter, work, address(token), 1_000, fees);
        token.sprinkle(address(uint160(root)));
        eq(splitter.sweep(ann, "root", address(token)), 400, "credited");
    }

    function test_attackDustHoldsUpARescue() public {
        ShareToken token = new ShareToken();
        LyingMarket payer = new LyingMarket();
        token.mint(address(payer), 1_000);
        address till = address(uint160(registry.workIdOf(ann, "foreign", 5)));
        Fee[] memory fees = new Fee[](1);
        fees[0] = Fee(till, 400);
        payer.prepare(1_000, address(0), "");
        payer.pay(splitter, work, address(token), 1_000, fees);
        token.sprinkle(till);
        vm.prank(ann);
        eq(splitter.rescue(ann, "foreign", 5, address(token), ann), 400, "credited");
    }

    /// @dev The seller's market issues a license in the token's hook, while the price is taken.
    function test_attackLicenseIssuedWhileAnExclusiveDealOpens() public {
        HookToken token = new HookToken();
        Offer memory ask = asked(sole, 1_000);
        ask.token = address(token);
        ask.quantity = 1;
        ask.deliverWithin = 1 days;
        vm.prank(bob);
        license.allowMarket(work, address(token), true);
        token.onTransfer(address(license), abi.encodeCall(license.issue, (work, plain, eve, 1, 0)));
        token.mint(cid, 1_000);
        vm.prank(cid);
        token.approve(address(market), 1_000);
        Fill memory fill = signed(ask);
        vm.expectPartialRevert(ILicenseMarketplace.EncumbranceChanged.selector);
        vm.prank(cid);
        market.fill(fill);
        token.forget();
        vm.prank(cid);
        market.fill(fill);
    }

    /// @dev A wallet that burns the gas of its question, among honest entries.
    function test_attackAWalletBurnsTheGasOfABatch() public {
        BurningWallet wallet = new BurningWallet();
        Entry[] memory entries = new Entry[](20);
        for (uint256 i; i < 20; ++i) {
            Certify memory c = claim(i == 0 ? address(wallet) : ann, bytes32(i + 100));
            entries[i].certify = c;
            entries[i].consent = consentTo(claim(ann, bytes32(i + 100)));
        }
        vm.prank(dan, dan);
        uint256[] memory ids = registry.certifyMany{gas: 16_000_000}(entries, true);
        eq(ids[0], 0, "skipped");
        for (uint256 i = 1; i < 20; ++i) yes(ids[i] != 0, "honest entries are certified");
        entries[0].consent.deadline = 0;
        vm.expectPartialRevert(ICertifyBatch.GasTooLow.selector);
        registry.certifyMany{gas: 3_050_000}(entries, true);
    }
}

contract BurningWallet {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        while (true) {}
        return 0;
    }
}
