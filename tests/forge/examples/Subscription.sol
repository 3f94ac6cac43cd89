// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IIPLicense} from "../../../contracts/interfaces/IIPLicense.sol";
import {IIPRegistry} from "../../../contracts/interfaces/IIPRegistry.sol";
import {
    IPaymentCallback,
    IRoyaltySplitter
} from "../../../contracts/interfaces/IRoyaltySplitter.sol";
import {Fee} from "../../../contracts/types/Structs.sol";

/// @title Subscription
/// @notice Licenses that are paid by the period: `terms.duration` is the period. The owner of a
/// certificate allows this contract as a market of the work, then makes a plan.
contract Subscription is IPaymentCallback {
    using SafeTransferLib for address;

    /// @notice What a period costs. Never changes: make another plan.
    struct Plan {
        uint256 workId;
        bytes32 termsHash;
        address token;
        uint256 price;
        uint256 transfers;
    }

    IIPRegistry internal immutable REGISTRY;
    IRoyaltySplitter internal immutable SPLITTER;
    IIPLicense internal immutable LICENSE;

    /// @notice Plans by number, from 1.
    mapping(uint256 planId => Plan) public plans;
    uint256 internal _count;

    /// @notice A plan was made.
    event PlanMade(uint256 indexed planId, uint256 indexed workId, bytes32 termsHash);

    /// @notice Only the certificate's owner may make plans, and not for free.
    error InvalidPlan(uint256 workId, address caller, uint256 price);
    /// @notice There is no such plan, or the certificate was sold since it was made.
    error PlanVoid(uint256 planId);
    /// @notice The license is of another work or of other terms.
    error OtherLicense(uint256 planId, uint256 licenseId);
    /// @notice Only the splitter may call this.
    error OnlySplitter(address caller);

    constructor(IIPRegistry registry, IRoyaltySplitter splitter, IIPLicense license) {
        REGISTRY = registry;
        SPLITTER = splitter;
        LICENSE = license;
    }

    /// @notice Makes a plan. For the certificate's owner.
    function makePlan(
        uint256 workId,
        bytes32 termsHash,
        address token,
        uint256 price
    ) external returns (uint256 planId) {
        (address owner, uint256 transfers, ) = REGISTRY.ownership(workId);
        if (msg.sender != owner || price == 0) revert InvalidPlan(workId, msg.sender, price);
        LICENSE.checkTerms(workId, termsHash);
        planId = ++_count;
        plans[planId] = Plan(workId, termsHash, token, price, transfers);
        emit PlanMade(planId, workId, termsHash);
    }

    /// @notice Buys the first period for the caller.
    function subscribe(uint256 planId) external payable returns (uint256 licenseId) {
        Plan memory plan = _planOf(planId);
        licenseId = LICENSE.issue(plan.workId, plan.termsHash, msg.sender, 1, 0);
        _pay(plan);
    }

    /// @notice Buys a license's next period, before the running one ends. Anyone may pay for it.
    function renew(uint256 planId, uint256 licenseId) external payable returns (uint256 end) {
        Plan memory plan = _planOf(planId);
        (uint256 workId, bytes32 termsHash, , , ) = LICENSE.license(licenseId);
        if (workId != plan.workId || termsHash != plan.termsHash) {
            revert OtherLicense(planId, licenseId);
        }
        end = LICENSE.renew(licenseId);
        _pay(plan);
    }

    /// @inheritdoc IPaymentCallback
    function onPay(address token, uint256 amount, address payer) external {
        if (msg.sender != address(SPLITTER)) revert OnlySplitter(msg.sender);
        token.safeTransferFrom(payer, msg.sender, amount);
    }

    /// @dev The permission to issue is void once the certificate is sold. So must the plan be: a new
    /// owner who allows this market has not agreed to an old owner's prices.
    function _planOf(uint256 planId) internal view returns (Plan memory plan) {
        plan = plans[planId];
        if (plan.price == 0) revert PlanVoid(planId);
        (, uint256 transfers, ) = REGISTRY.ownership(plan.workId);
        if (transfers != plan.transfers) revert PlanVoid(planId);
    }

    /// @dev The splitter refuses ETH that is not the price.
    function _pay(Plan memory plan) internal {
        SPLITTER.payVia{value: msg.value}(
            plan.workId,
            plan.token,
            plan.price,
            msg.sender,
            new Fee[](0)
        );
    }
}
