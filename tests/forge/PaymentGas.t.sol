// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Base} from "./Base.sol";

/// @notice A payment costs the same at any depth.
contract PaymentGasTest is Base {
    /// @dev Depths that are compared.
    uint256[3] internal depths = [uint256(1), 10, 200];

    function lineOf(uint16 income, uint16 volume) internal returns (uint256[3] memory at) {
        uint256 work = certify(ann, "root");
        uint256 next;
        for (uint256 depth = 1; depth <= 200; ++depth) {
            work = derive(bob, bytes32(depth), work, sharing(income, volume));
            if (depth == depths[next]) at[next++] = work;
        }
    }

    /// @dev Gas of a payment in a transaction of its own, but for its calldata: ids differ in how
    /// many of their bytes are zero.
    function gasOf(address token, uint256 work) internal returns (uint256) {
        vm.deal(eve, 1e18);
        vm.prank(eve);
        splitter.pay{value: token == ETHER ? 12_345 : 0}(work, token, 12_345);
        uint256 used = vm.lastCallGas().gasTotalUsed;
        bytes memory data = abi.encodeCall(splitter.pay, (work, token, 12_345));
        for (uint256 i; i < data.length; ++i) {
            used -= data[i] == 0 ? 4 : 16;
        }
        return used;
    }

    function compare(uint16 income, uint16 volume) internal {
        uint256[3] memory at = lineOf(income, volume);
        dollar.mint(eve, 1e18);
        vm.prank(eve);
        dollar.approve(address(splitter), type(uint256).max);
        for (uint256 t; t < 2; ++t) {
            address token = t == 0 ? ETHER : address(dollar);
            // The very first payment in a token makes the splitter's balance non-zero.
            gasOf(token, certify(cid, bytes32(t)));
            uint256 first = gasOf(token, at[0]);
            uint256 again = gasOf(token, at[0]);
            atMost(again + 15_000, first, "the first payment, less a new slot");
            atMost(21_000 + 10_000, again, "a later payment is a whole transaction");
            for (uint256 i = 1; i < 3; ++i) {
                eq(gasOf(token, at[i]), first, "gas of a first payment");
                eq(gasOf(token, at[i]), again, "gas of a later payment");
            }
        }
    }

    /// forge-config: default.isolate = true
    /// forge-config: long.isolate = true
    function test_payCostsTheSameAtAnyDepthWithIncomeShares() public {
        compare(1_000, 0);
    }

    /// forge-config: default.isolate = true
    /// forge-config: long.isolate = true
    function test_payCostsTheSameAtAnyDepthWithVolumeShares() public {
        compare(0, 40);
    }

    /// forge-config: default.isolate = true
    /// forge-config: long.isolate = true
    function test_payCostsTheSameAtAnyDepthWithBoth() public {
        compare(500, 40);
    }
}
