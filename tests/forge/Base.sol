// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Deployer} from "../../contracts/Deployer.sol";
import {IPLicense} from "../../contracts/IPLicense.sol";
import {IPRegistry} from "../../contracts/IPRegistry.sol";
import {LicenseMarketplace} from "../../contracts/LicenseMarketplace.sol";
import {RoyaltySplitter} from "../../contracts/RoyaltySplitter.sol";
import {Rights} from "../../contracts/libraries/Rights.sol";
import {DemoToken} from "../../contracts/periphery/DemoToken.sol";
import {FeeShare, Fill, Offer} from "../../contracts/types/Offers.sol";
import {Certify, Edge, Payee, Terms} from "../../contracts/types/Structs.sol";
import {Test} from "./Test.sol";

/// @notice The protocol as it is deployed in production, actors, and what they do.
abstract contract Base is Test {
    address internal constant ETHER = address(0);
    /// @dev The canonical CREATE2 factory (https://github.com/Arachnid/deterministic-deployment-proxy).
    address internal constant FACTORY = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    uint32 internal constant UNLIMITED = type(uint32).max;
    /// @dev What most tests sell: derive, use commercially, and pass both on.
    uint16 internal constant OPEN = Rights.COMMERCIAL | Rights.DERIVE;

    Deployer internal deployer;
    IPRegistry internal registry;
    RoyaltySplitter internal splitter;
    IPLicense internal license;
    LicenseMarketplace internal market;
    DemoToken internal dollar;

    /// @dev Private keys of the actors, by address.
    mapping(address => uint256) internal keys;

    address internal ann = actor("ann");
    address internal bob = actor("bob");
    address internal cid = actor("cid");
    address internal dan = actor("dan");
    address internal eve = actor("eve");

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        deployer = placeDeployer(bytes32(0), codeHashes());
        registry = IPRegistry(deployer.deploy(type(IPRegistry).creationCode));
        splitter = RoyaltySplitter(payable(deployer.deploy(type(RoyaltySplitter).creationCode)));
        license = IPLicense(deployer.deploy(type(IPLicense).creationCode));
        market = LicenseMarketplace(deployer.deploy(type(LicenseMarketplace).creationCode));
        dollar = new DemoToken();
        vm.label(address(registry), "registry");
        vm.label(address(splitter), "splitter");
        vm.label(address(license), "license");
        vm.label(address(market), "market");
    }

    // ----------------------------------------------------------------- deploy

    function codeHashes() internal view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](4);
        hashes[0] = keccak256(type(IPRegistry).creationCode);
        hashes[1] = keccak256(type(RoyaltySplitter).creationCode);
        hashes[2] = keccak256(type(IPLicense).creationCode);
        hashes[3] = keccak256(type(LicenseMarketplace).creationCode);
    }

    function placeDeployer(bytes32 salt, bytes32[] memory hashes) internal returns (Deployer) {
        bytes memory init = abi.encodePacked(type(Deployer).creationCode, abi.encode(hashes));
        (bool success, bytes memory at) = FACTORY.call(abi.encodePacked(salt, init));
        yes(success, "the factory places the deployer");
        return Deployer(address(bytes20(at)));
    }

    // ----------------------------------------------------------------- actors

    function actor(string memory name) internal returns (address account) {
        uint256 key = uint256(keccak256(bytes(name)));
        account = vm.addr(key);
        keys[account] = key;
        vm.label(account, name);
    }

    // ------------------------------------------------------------------ works

    /// @dev keccak256, since sha256 is a call and would use up a prank.
    function claim(address creator, bytes32 content) internal view returns (Certify memory) {
        return
            Certify({
                creator: creator,
                contentHash: content,
                homeChainId: block.chainid,
                metadata: keccak256(abi.encode(content)),
                resaleRoyalty: 0,
                arbiter: address(0),
                arbiterPowers: 0,
                lienCap: 0,
                edges: new Edge[](0),
                payees: new Payee[](0)
            });
    }

    function certify(address creator, bytes32 content) internal returns (uint256) {
        vm.prank(creator);
        return registry.certify(claim(creator, content));
    }

    function certifyWith(
        address creator,
        bytes32 content,
        Edge[] memory edges,
        Payee[] memory payees
    ) internal returns (uint256) {
        Certify memory certify_ = claim(creator, content);
        certify_.edges = sorted(edges);
        certify_.payees = payees;
        vm.prank(creator);
        return license.certify(certify_);
    }

    /// @notice A work under one license of `terms` that the parent's owner gives to the creator.
    function derive(
        address creator,
        bytes32 content,
        uint256 parent,
        Terms memory terms
    ) internal returns (uint256) {
        return certifyWith(creator, content, one(edgeUnder(parent, creator, terms)), none());
    }

    // --------------------------------------------------------------- licenses

    /// @notice Terms to derive with these shares, for ever and as often as one likes.
    function sharing(uint16 income, uint16 volume) internal pure returns (Terms memory) {
        return
            Terms({
                grant: OPEN,
                pass: OPEN,
                income: income,
                volume: volume,
                duration: 0,
                units: UNLIMITED,
                legal: bytes32(0)
            });
    }

    /// @notice The same for a while, at a tenth of the income.
    function during(uint40 duration) internal pure returns (Terms memory terms) {
        terms = sharing(1_000, 0);
        terms.duration = duration;
    }

    /// @notice Terms without shares: unlimited units where DERIVE is granted, and as much passed on.
    function granting(uint16 grant) internal pure returns (Terms memory) {
        bool derives = grant & Rights.DERIVE != 0;
        return
            Terms({
                grant: grant,
                pass: grant & Rights.PERMISSIONS,
                income: 0,
                volume: 0,
                duration: 0,
                units: derives ? UNLIMITED : 0,
                legal: bytes32(0)
            });
    }

    function issueTo(address to, uint256 workId, Terms memory terms) internal returns (uint256) {
        bytes32 termsHash = license.registerTerms(terms);
        address owner = registry.ownerOf(workId);
        vm.prank(owner);
        return license.issue(workId, termsHash, to, 1, 0);
    }

    function edgeUnder(
        uint256 parent,
        address creator,
        Terms memory terms
    ) internal returns (Edge memory) {
        return Edge(parent, license.hashTerms(terms), issueTo(creator, parent, terms));
    }

    function edge(
        uint256 parent,
        bytes32 termsHash,
        uint256 licenseId
    ) internal pure returns (Edge memory) {
        return Edge(parent, termsHash, licenseId);
    }

    // ------------------------------------------------------------------- pays

    function payEther(address payer, uint256 workId, uint256 amount) internal {
        vm.deal(payer, payer.balance + amount);
        vm.prank(payer);
        splitter.pay{value: amount}(workId, ETHER, amount);
    }

    function payDollar(address payer, uint256 workId, uint256 amount) internal {
        dollar.mint(payer, amount);
        vm.startPrank(payer);
        dollar.approve(address(splitter), amount);
        splitter.pay(workId, address(dollar), amount);
        vm.stopPrank();
    }

    /// @notice An ask of the owner for up to ten licenses, as the work stands now.
    function offer(
        uint256 workId,
        bytes32 termsHash,
        address token,
        uint256 price
    ) internal view returns (Offer memory ask) {
        (address owner, uint256 transfers, ) = registry.ownership(workId);
        ask.maker = owner;
        ask.workId = workId;
        ask.termsHash = termsHash;
        ask.token = token;
        ask.price = price;
        ask.quantity = 10;
        ask.transfers = transfers;
        ask.encumbrance = registry.encumbrance(workId);
        ask.fees = new FeeShare[](0);
    }

    /// @notice Takes `count` of a posted offer for one work. Add an approval to a signed one.
    function filling(
        Offer memory offer_,
        uint256 count,
        address recipient
    ) internal pure returns (Fill memory fill) {
        fill.offer = offer_;
        fill.taking.workId = offer_.workId;
        fill.taking.count = count;
        fill.taking.recipient = recipient;
    }

    // ------------------------------------------------------------------ lists

    function none() internal pure returns (Payee[] memory) {
        return new Payee[](0);
    }

    function one(Edge memory a) internal pure returns (Edge[] memory edges) {
        edges = new Edge[](1);
        edges[0] = a;
    }

    function two(Edge memory a, Edge memory b) internal pure returns (Edge[] memory edges) {
        edges = new Edge[](2);
        edges[0] = a;
        edges[1] = b;
    }

    function three(
        Edge memory a,
        Edge memory b,
        Edge memory c
    ) internal pure returns (Edge[] memory edges) {
        edges = new Edge[](3);
        (edges[0], edges[1], edges[2]) = (a, b, c);
    }

    function one(address to, uint16 share) internal pure returns (Payee[] memory payees) {
        payees = new Payee[](1);
        payees[0] = Payee(to, share);
    }

    function list(uint256 a) internal pure returns (uint256[] memory path) {
        path = new uint256[](1);
        path[0] = a;
    }

    function list(uint256 a, uint256 b) internal pure returns (uint256[] memory path) {
        path = new uint256[](2);
        (path[0], path[1]) = (a, b);
    }

    function list(uint256 a, uint256 b, uint256 c) internal pure returns (uint256[] memory path) {
        path = new uint256[](3);
        (path[0], path[1], path[2]) = (a, b, c);
    }

    /// @dev Insertion sort by parent: lists are short.
    function sorted(Edge[] memory edges) internal pure returns (Edge[] memory) {
        for (uint256 i = 1; i < edges.length; ++i) {
            for (uint256 j = i; j > 0 && edges[j - 1].parent > edges[j].parent; --j) {
                (edges[j - 1], edges[j]) = (edges[j], edges[j - 1]);
            }
        }
        return edges;
    }
}
