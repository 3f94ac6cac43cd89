// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Deployer} from "../../contracts/Deployer.sol";
import {IPLicense} from "../../contracts/IPLicense.sol";
import {IPRegistry} from "../../contracts/IPRegistry.sol";
import {IDeployer} from "../../contracts/interfaces/IDeployer.sol";
import {Base} from "./Base.sol";

contract DeployerTest is Base {
    function test_deploysAtTheAddressesItNames() public view {
        address[4] memory at = [
            address(registry),
            address(splitter),
            address(license),
            address(market)
        ];
        bytes32[] memory hashes = codeHashes();
        for (uint256 i; i < 4; ++i) {
            eq(deployer.addressAt(i), at[i], "address");
            eq(vm.computeCreateAddress(address(deployer), i + 1), at[i], "nonce i + 1");
            eq(deployer.codeHashes(i), hashes[i], "hash");
        }
        eq(deployer.deployed(), 4, "deployed");
    }

    function test_addressCommitsToAllCode() public {
        bytes32[] memory hashes = codeHashes();
        hashes[3] = keccak256("other code");
        Deployer other = placeDeployer(bytes32(0), hashes);
        yes(address(other) != address(deployer), "other code, other address");
        bytes32 init = keccak256(
            abi.encodePacked(type(Deployer).creationCode, abi.encode(codeHashes()))
        );
        eq(vm.computeCreate2Address(0, init, FACTORY), address(deployer), "CREATE2 address");
    }

    function test_deployIsForAnyoneInOrder() public {
        Deployer other = placeDeployer(bytes32(uint256(1)), codeHashes());
        bytes32 expected = keccak256(type(IPRegistry).creationCode);
        bytes32 given = keccak256(type(IPLicense).creationCode);
        bytes memory code = type(IPLicense).creationCode;
        vm.expectRevert(abi.encodeWithSelector(IDeployer.WrongCode.selector, 0, expected, given));
        other.deploy(code);
        eq(other.deployed(), 0, "nothing deployed");

        code = type(IPRegistry).creationCode;
        vm.expectEmit(address(other));
        emit IDeployer.Deployed(0, other.addressAt(0));
        vm.prank(eve);
        eq(other.deploy(code), other.addressAt(0), "address");

        expected = other.codeHashes(1);
        given = keccak256(code);
        vm.expectRevert(abi.encodeWithSelector(IDeployer.WrongCode.selector, 1, expected, given));
        other.deploy(code);
    }

    function test_deployEnds() public {
        vm.expectRevert(abi.encodeWithSelector(IDeployer.NothingLeft.selector, 4));
        deployer.deploy("");
    }

    function test_deployReportsAFailedCreation() public {
        // revert(0, 0), whenever it is tried.
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = keccak256(hex"5f5ffd");
        Deployer other = placeDeployer(bytes32(0), hashes);
        vm.expectRevert(abi.encodeWithSelector(IDeployer.CreationFailed.selector, 0));
        other.deploy(hex"5f5ffd");
        eq(other.deployed(), 0, "nothing deployed");
        vm.expectRevert(abi.encodeWithSelector(IDeployer.CreationFailed.selector, 0));
        other.deploy(hex"5f5ffd");
    }
}
