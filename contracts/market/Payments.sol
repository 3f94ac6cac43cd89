// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";

import {IDeployer} from "../interfaces/IDeployer.sol";
import {ILicenseMarketplace} from "../interfaces/ILicenseMarketplace.sol";
import {IPaymentCallback, IRoyaltySplitter} from "../interfaces/IRoyaltySplitter.sol";
import {FeeShare} from "../types/Offers.sol";
import {Fee} from "../types/Structs.sol";

/// @title Payments
/// @notice How the marketplace moves money: from the payer, or from what it holds itself, through the
/// splitter to a work; or from the payer to itself.
abstract contract Payments is ILicenseMarketplace, IPaymentCallback {
    using SafeTransferLib for address;

    uint256 internal constant WHOLE = 10_000;

    IRoyaltySplitter internal immutable SPLITTER;

    bool internal transient _locked;
    /// @dev ETH of the caller that is not spent yet.
    uint256 internal transient _value;
    /// @dev Whether the money of the payment under way lies here already.
    bool internal transient _holding;

    modifier lock() {
        if (_locked) revert Reentered();
        _locked = true;
        _;
        _locked = false;
    }

    /// @dev All ETH sent along must be spent.
    modifier spends() {
        _value = msg.value;
        _;
        if (_value != 0) revert WrongValue(msg.value, msg.value - _value);
    }

    constructor() {
        SPLITTER = IRoyaltySplitter(IDeployer(msg.sender).addressAt(1));
    }

    /// @dev Fee shares of a price as amounts, with `more` empty places behind them.
    function _fees(
        FeeShare[] memory shares,
        uint256 price,
        uint256 more
    ) internal pure returns (Fee[] memory fees) {
        fees = new Fee[](shares.length + more);
        for (uint256 i; i < shares.length; ++i) {
            fees[i] = Fee(shares[i].to, (price * shares[i].share) / WHOLE);
        }
    }

    /// @dev Pays a work through the splitter, which calls `onPay` for ERC-20.
    function _pay(
        uint256 workId,
        address token,
        uint256 price,
        address payer,
        Fee[] memory fees
    ) internal {
        if (price == 0) return;
        uint256 value = token == address(0) ? price : 0;
        // A deal's ETH lies here; a caller's was sent along.
        if (value != 0 && !_holding) _spendValue(value);
        SPLITTER.payVia{value: value}(workId, token, price, payer, fees);
    }

    function _spendValue(uint256 amount) internal {
        if (_value < amount) revert WrongValue(_value, amount);
        // Transient storage: what a batch spends must be counted each time.
        // slither-disable-next-line costly-loop
        _value -= amount;
    }

    /// @inheritdoc IPaymentCallback
    // Pays within a sale of this contract only, whose checks made `payer` the buyer.
    // slither-disable-next-line arbitrary-send-erc20
    function onPay(address token, uint256 amount, address payer) external {
        if (msg.sender != address(SPLITTER)) revert OnlySplitter(msg.sender);
        if (_holding) token.safeTransfer(msg.sender, amount);
        else token.safeTransferFrom(payer, msg.sender, amount);
    }

    /// @dev Takes a price into this contract. Returns what arrived.
    function _receive(address token, uint256 price, address payer) internal returns (uint256) {
        if (price == 0) return 0;
        if (token == address(0)) {
            _spendValue(price);
            return price;
        }
        if (_holding) return price;
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(payer, address(this), price);
        uint256 holds = token.balanceOf(address(this));
        if (holds <= before) revert NothingReceived(token);
        return holds - before;
    }
}
