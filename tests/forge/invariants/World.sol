// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Base} from "../Base.sol";
import {HistoryModel} from "../histories/HistoryModel.sol";
import {MarketBase} from "../MarketBase.sol";
import {FeeToken} from "../mocks/FeeToken.sol";
import {DemoToken} from "../../../contracts/periphery/DemoToken.sol";
import {Rights} from "../../../contracts/libraries/Rights.sol";
import {Terms} from "../../../contracts/types/Structs.sol";

/// @notice People, tokens and terms, and what the moves wrote down about everything that happened:
/// of that alone they predict whether the next move succeeds, and the invariants what it changed.
abstract contract World is MarketBase {
    uint256 internal constant WHOLE = 10_000;
    uint256 internal constant TOKENS = 3;
    uint256 internal constant PEOPLE = 5;
    uint256 internal constant MOST_WORKS = 14;
    uint256 internal constant MOST_LICENSES = 60;
    uint256 internal constant RICH = 1e32;
    /// @dev What the arbiter of every third content may do and take.
    uint8 internal constant POWERS = 3;
    uint16 internal constant LIEN_CAP = 500;

    struct WorkNote {
        uint256 id;
        address creator;
        bytes32 content;
        address owner;
        uint256 transfers;
        uint256 claimTime;
        uint256 version;
        bool suspended;
        bytes32 encumbrance;
        bool hasArbiter;
        bool hasLien;
        uint256 payees;
        uint256 payeeShares;
        uint256 royalty;
        uint256 parents;
        uint16 ceiling;
        uint16 obligations;
        uint256 until;
        bytes32 shareAlike;
        uint256 exclusiveUntil;
        /// @dev Transfers when the broker was allowed, plus 1.
        uint256 broker;
    }

    struct LicenseNote {
        uint256 work;
        uint256 terms;
        address holder;
        uint256 start;
        uint256 end;
        uint256 units;
        bool revoked;
    }

    WorkNote[] internal works;
    /// @dev The license of id n stands at n - 1.
    LicenseNote[] internal licenses;
    Terms[] internal kinds;
    bytes32[] internal kindHashes;
    HistoryModel internal model;
    address[TOKENS] internal tokens;
    address[PEOPLE] internal people;
    /// @dev One of the people is a contract that signs nothing and takes no ETH: `release` leaves
    /// it its balance.
    address internal vault = actor("vault");
    address internal sink = actor("sink");
    address internal judge = actor("judge");
    /// @dev A market that owners may allow.
    address internal broker = actor("broker");
    /// @dev How often which move ended how.
    mapping(bytes32 what => mapping(bool success => uint256)) internal reached;
    /// @dev The first move that did not end as predicted, and what it answered.
    bytes32 internal surprise;
    bytes internal why;
    uint256 private _seed;

    function setUp() public virtual override {
        Base.setUp();
        tokens = [ETHER, address(dollar), address(new FeeToken())];
        address[] memory all = new address[](TOKENS);
        (all[0], all[1], all[2]) = (tokens[0], tokens[1], tokens[2]);
        model = new HistoryModel(vault, all);
        people = [ann, bob, cid, dan, vault];
        vm.etch(vault, hex"60006000fd");
        for (uint256 i; i < PEOPLE; ++i) {
            enrich(people[i]);
        }
        enrich(eve);
        uint16 open = OPEN;
        kind(open, open, 1_000, 0, 0, UNLIMITED);
        kind(open | Rights.TRAIN, open, 0, 700, 0, UNLIMITED);
        kind(open | Rights.MERCH | Rights.TRANSFERABLE, open | Rights.MERCH, 333, 77, 0, 3);
        uint16 alike = Rights.SHARE_ALIKE | Rights.ATTRIBUTION;
        kind(open | alike, open, 500, 0, 0, UNLIMITED);
        uint16 ends = Rights.ENDS_WITH_LICENSE | Rights.ATTRIBUTION | Rights.TRANSFERABLE;
        kind(open | ends, open, 2_000, 0, 20 days, 5);
        kind(Rights.COMMERCIAL, 0, 0, 0, 0, 0);
        kind(Rights.COMMERCIAL | Rights.EXCLUSIVE, 0, 0, 0, 2 days, 0);
        uint16 sole = Rights.EXCLUSIVE | Rights.REVOCABLE_FOR_BREACH | Rights.TRANSFERABLE;
        kind(open | sole, open, 900, 0, 12 days, 2);
        uint16 press = Rights.DERIVE | Rights.TRAIN;
        kind(press | Rights.EDITORIAL | Rights.ATTRIBUTION, press, 100, 0, 30 days, UNLIMITED);
        kind(
            Rights.COMMERCIAL | Rights.REVOCABLE_FOR_BREACH | Rights.TRANSFERABLE,
            0,
            0,
            0,
            10 days,
            0
        );
        kind(open, 0, 4_000, 3_000, 0, 1);
        uint16 strict = Rights.ATTRIBUTION | Rights.REVOCABLE_FOR_BREACH;
        kind(open | strict, open, 1, 1, 0, UNLIMITED);
        kind(open | strict, open, 50, 0, 8 days, 4);
    }

    function enrich(address who) internal {
        vm.deal(who, RICH);
        for (uint256 t = 1; t < TOKENS; ++t) {
            DemoToken(tokens[t]).mint(who, RICH);
            vm.startPrank(who);
            DemoToken(tokens[t]).approve(address(splitter), type(uint256).max);
            DemoToken(tokens[t]).approve(address(market), type(uint256).max);
            vm.stopPrank();
        }
    }

    function kind(
        uint16 grant,
        uint16 pass,
        uint16 income,
        uint16 volume,
        uint40 duration,
        uint32 units
    ) internal {
        Terms memory terms = Terms(grant, pass, income, volume, duration, units, bytes32(0));
        kinds.push(terms);
        kindHashes.push(license.registerTerms(terms));
    }

    // ------------------------------------------------------------------ moves

    /// @dev Every move takes its choices from one number.
    modifier move(uint256 seed) {
        _seed = uint256(keccak256(abi.encode(seed)));
        _;
        observe();
    }

    /// @notice What is checked after every move.
    function observe() internal virtual {}

    /// @notice A choice among `0 ... sides - 1`.
    function roll(uint256 sides) internal returns (uint256) {
        _seed = uint256(keccak256(abi.encode(_seed)));
        return (_seed >> 8) % sides;
    }

    function wait(uint256 seed) external move(seed) {
        uint256[6] memory most = [uint256(60), 1 hours, 1 days, 3 days, 3 days, 33 days];
        vm.warp(block.timestamp + 1 + roll(most[roll(6)]));
    }

    /// @notice Makes a call and notes whether it ended as predicted.
    function attempt(
        address who,
        address target,
        uint256 value,
        bytes memory call_,
        bool expected,
        bytes32 what
    ) internal returns (bool success) {
        bytes memory result;
        vm.prank(who);
        (success, result) = target.call{value: value}(call_);
        if (success != expected && surprise == 0) (surprise, why) = (what, result);
        ++reached[what][success];
    }

    /// @notice Notes whether a move did what the notes say.
    function agrees(uint256 found, uint256 expected, bytes32 what) internal {
        if (found != expected && surprise == 0)
            (surprise, why) = (what, abi.encode(found, expected));
    }

    // ---------------------------------------------------------------- choices

    function anyone() internal returns (address) {
        return people[roll(PEOPLE)];
    }

    /// @notice Somebody other than `who`, one time in eight; else `who`.
    function mostly(address who) internal returns (address) {
        if (roll(8) != 0) return who;
        return roll(2) == 0 ? eve : anyone();
    }

    function anyToken() internal returns (address) {
        return tokens[roll(TOKENS)];
    }

    /// @notice Small amounts, for the roundings, and large ones.
    function anyAmount() internal returns (uint256) {
        uint256[4] memory most = [uint256(20), 30_000, 1e12, 1e24];
        return 1 + roll(most[roll(4)]);
    }

    function anyPath() internal returns (uint256[] memory path, uint256[] memory numbers) {
        numbers = new uint256[](1 + roll(4));
        path = new uint256[](numbers.length);
        for (uint256 i; i < path.length; ++i) {
            numbers[i] = roll(works.length);
            path[i] = works[numbers[i]].id;
        }
    }

    // ------------------------------------------------------------------ notes

    /// @notice What arrives of `amount` sent once.
    function arriving(address token, uint256 amount) internal view returns (uint256) {
        return token == tokens[2] ? amount - amount / 100 : amount;
    }

    function holdings(address account, address token) internal view returns (uint256) {
        return token == ETHER ? account.balance : DemoToken(token).balanceOf(account);
    }

    function encumbered(WorkNote storage work, bytes32 item) internal {
        work.encumbrance = keccak256(abi.encode(work.encumbrance, item));
    }

    function moved(uint256 number, address to) internal {
        works[number].owner = to;
        ++works[number].transfers;
        model.hand(number, to);
    }

    function within(uint256 end, uint256 until) internal pure returns (bool) {
        return until == 0 || (end != 0 && end <= until);
    }

    function earlier(uint256 a, uint256 b) internal pure returns (uint256) {
        if (a == 0 || b == 0) return a | b;
        return a < b ? a : b;
    }
}
