// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Deal, Offer} from "../../contracts/types/Offers.sol";
import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {MarketBase} from "./MarketBase.sol";
import {FeeToken} from "./mocks/FeeToken.sol";

/// @notice Whatever buyers, seller and strangers do with deals in whatever order, the market holds
/// of each token exactly what its open deals wait for, and every deal ends once.
contract EscrowInvariantsTest is MarketBase {
    uint256 internal constant KINDS = 3;

    address[KINDS] internal tokens;
    /// @dev Deals, encoded: structs with lists cannot be stored whole.
    bytes[] internal deals;
    /// @dev What ended: released and refunded, by token.
    mapping(address token => uint256) internal paid;
    mapping(address token => uint256) internal returned;
    mapping(address token => uint256) internal taken;
    mapping(bytes32 dealHash => bool) internal ended;

    function setUp() public override {
        super.setUp();
        tokens = [ETHER, address(dollar), address(new FeeToken())];
        address[3] memory buyers = [cid, dan, eve];
        for (uint256 i; i < 3; ++i) {
            vm.deal(buyers[i], 1e30);
            for (uint256 j = 1; j < KINDS; ++j) {
                DemoToken(tokens[j]).mint(buyers[i], 1e30);
                vm.prank(buyers[i]);
                DemoToken(tokens[j]).approve(address(market), type(uint256).max);
            }
        }
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(this);
        targets[0].selectors = new bytes4[](6);
        targets[0].selectors[0] = this.open.selector;
        targets[0].selectors[1] = this.act.selector;
        targets[0].selectors[2] = this.act.selector;
        targets[0].selectors[3] = this.act.selector;
        targets[0].selectors[4] = this.wait.selector;
        targets[0].selectors[5] = this.sell.selector;
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(this);
    }

    // ---------------------------------------------------------------- actions

    function open(uint256 seed, uint64 price, uint8 count) external {
        address token = tokens[seed % KINDS];
        Offer memory ask = offer(work, seed & 0x700 == 0 ? sole : plain, token, price);
        ask.quantity = 100;
        ask.salt = seed;
        ask.deliverWithin = 1 + ((seed >> 16) % 10 days);
        ask.challengeWindow = (seed >> 48) % 10 days;
        ask.fees = fee(ann, uint16((seed >> 80) % 1_001));
        address buyer = [cid, dan, eve][(seed >> 96) % 3];
        uint256 most = ask.termsHash == sole ? 1 : 5;
        uint256 total = price * within(count, 1, most);
        uint256 value = token == ETHER ? total : 0;
        if (block.timestamp < license.exclusiveUntil(work) || reserved()) return;
        Deal memory d = deal(buyer, signed(ask, within(count, 1, most)), value);
        deals.push(abi.encode(d));
        taken[token] += d.amount;
    }

    /// @dev Whether an exclusive deal is open.
    function reserved() internal view returns (bool) {
        for (uint256 i; i < deals.length; ++i) {
            Deal memory d = abi.decode(deals[i], (Deal));
            if (d.encumbrance != 0 && !ended[keccak256(abi.encode(d))]) return true;
        }
        return false;
    }

    /// @dev Anyone tries anything with any deal, open or not.
    function act(uint256 seed) external {
        if (deals.length == 0) return;
        Deal memory d = abi.decode(deals[(seed >> 8) % deals.length], (Deal));
        address who = [d.buyer, d.buyer, d.seller, eve][(seed >> 40) % 4];
        uint256 what = seed % 4;
        bytes memory call_;
        if (what == 0) call_ = abi.encodeCall(market.deliver, (d, ""));
        else if (what == 1) call_ = abi.encodeCall(market.challenge, (d, ""));
        else if (what == 2) call_ = abi.encodeCall(market.release, (d));
        else call_ = abi.encodeCall(market.refund, (d, d.buyer));
        vm.prank(who);
        (bool success, ) = address(market).call(call_);
        if (!success || what < 2) return;
        bytes32 key = keccak256(abi.encode(d));
        no(ended[key], "a deal ends once");
        ended[key] = true;
        if (what == 2) paid[d.token] += d.amount;
        else returned[d.token] += d.amount;
        if (what == 3) eq(who, d.buyer, "only the buyer takes back");
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + (time % 20 days));
    }

    /// @dev Bob's second wallet and back: open deals end with it.
    function sell(uint256 seed) external {
        if (seed % 8 != 0) return;
        transferTo(registry.ownerOf(work) == bob ? ann : bob, work);
    }

    // ------------------------------------------------------------- invariants

    function invariant_theMarketHoldsWhatOpenDealsWaitFor() public view {
        for (uint256 j; j < KINDS; ++j) {
            address token = tokens[j];
            uint256 waits;
            for (uint256 i; i < deals.length; ++i) {
                Deal memory d = abi.decode(deals[i], (Deal));
                bytes32 key = keccak256(abi.encode(d));
                (bool open_, ) = market.dealState(key);
                eq(open_ ? 1 : 0, ended[key] ? 0 : 1, "open until it ends");
                if (open_ && d.token == token) waits += d.amount;
            }
            uint256 holds =
                token == ETHER
                    ? address(market).balance
                    : DemoToken(token).balanceOf(address(market));
            eq(holds, waits, "what waits");
            eq(taken[token], waits + paid[token] + returned[token], "what was taken in");
        }
    }
}
