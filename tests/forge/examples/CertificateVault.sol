// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IIPRegistry} from "../../../contracts/interfaces/IIPRegistry.sol";
import {IRoyaltySplitter} from "../../../contracts/interfaces/IRoyaltySplitter.sol";
import {IERC721Transfer} from "../../../contracts/interfaces/Tokens.sol";

/// @title CertificateVault
/// @notice A certificate as collateral of one loan in ETH. One vault for one certificate, so that
/// whatever is drawn while the vault is the owner is this work's income.
contract CertificateVault {
    using SafeTransferLib for address;

    IIPRegistry internal immutable REGISTRY;
    IRoyaltySplitter internal immutable SPLITTER;
    uint256 internal immutable WORK_ID;
    address internal immutable BORROWER;
    uint256 internal immutable PRINCIPAL;
    uint256 internal immutable DEBT;
    uint256 internal immutable DURATION;

    /// @notice Who lent; 0 before.
    address public lender;
    /// @notice Last second to repay.
    uint256 public due;
    /// @notice ETH that waits for an account.
    mapping(address account => uint256) public owed;

    /// @notice The work is not what the lender looked at: licenses were issued, payees added, ...
    error StateChanged(uint256 workId, bytes32 expected, bytes32 current);
    /// @notice Not now, not by this caller, or not this amount.
    error Refused();

    constructor(
        IIPRegistry registry,
        IRoyaltySplitter splitter,
        uint256 workId,
        uint256 principal,
        uint256 debt,
        uint256 duration
    ) {
        REGISTRY = registry;
        SPLITTER = splitter;
        WORK_ID = workId;
        BORROWER = msg.sender;
        PRINCIPAL = principal;
        DEBT = debt;
        DURATION = duration;
    }

    /// @notice Lends against the certificate, which the borrower has sent here.
    /// @param fingerprint ERC-5646 state of the work that the lender looked at, read after the
    /// certificate came here.
    function lend(bytes32 fingerprint) external payable {
        (address owner, , ) = REGISTRY.ownership(WORK_ID);
        if (owner != address(this) || lender != address(0) || msg.value != PRINCIPAL) {
            revert Refused();
        }
        bytes32 current = REGISTRY.getStateFingerprint(WORK_ID);
        if (current != fingerprint) revert StateChanged(WORK_ID, fingerprint, current);
        lender = msg.sender;
        due = block.timestamp + DURATION;
        owed[BORROWER] += msg.value;
    }

    /// @notice Pays the loan back, in time, and returns the certificate to the borrower.
    function repay() external payable {
        if (lender == address(0) || block.timestamp > due || msg.value != DEBT) revert Refused();
        owed[lender] += msg.value;
        _release(BORROWER);
    }

    /// @notice Gives the certificate to the lender of a loan that is overdue, or back to the
    /// borrower of one that nobody made.
    function close() external {
        if (lender == address(0) ? msg.sender != BORROWER : block.timestamp <= due) {
            revert Refused();
        }
        _release(lender == address(0) ? BORROWER : lender);
    }

    /// @notice Sends what was drawn from the work while it lay here to the borrower. Anyone may call;
    /// what is undrawn when the certificate goes to the lender goes with it.
    function takeIncome(address token) external returns (uint256 amount) {
        (address owner, , ) = REGISTRY.ownership(WORK_ID);
        if (owner == address(this)) SPLITTER.draw(WORK_ID, token);
        return SPLITTER.withdraw(token, BORROWER);
    }

    /// @notice Sends the caller's ETH.
    function withdraw() external {
        uint256 amount = owed[msg.sender];
        owed[msg.sender] = 0;
        msg.sender.safeTransferETH(amount);
    }

    function _release(address to) internal {
        lender = address(0);
        due = 0;
        IERC721Transfer(address(REGISTRY)).transferFrom(address(this), to, WORK_ID);
    }
}
