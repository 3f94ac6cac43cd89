// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {HistoryPlayer} from "./histories/HistoryPlayer.sol";
import {Step} from "./histories/HistorySource.sol";

/// @notice The cheatcodes for files, and one that stops counting gas.
interface IHistoryFiles {
    function readFile(string calldata path) external view returns (string memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function parseJsonBytes(
        string calldata json,
        string calldata key
    ) external pure returns (bytes memory);
    function parseJsonBytes32(
        string calldata json,
        string calldata key
    ) external pure returns (bytes32);
    function parseJsonUint(
        string calldata json,
        string calldata key
    ) external pure returns (uint256);
    function parseUint(string calldata text) external pure returns (uint256);
    function pauseGasMetering() external;
    function toString(uint256 value) external pure returns (string memory);
}

/// @notice Histories that Python plays as well, on anvil and in the integer model
/// (tests/ledger/test_shared_histories.py): the same steps, and the same numbers at the end.
contract HistoriesTest is HistoryPlayer {
    // solhint-disable-next-line const-name-snakecase
    IHistoryFiles internal constant files = IHistoryFiles(address(vm));

    event Seed(uint256 seed);

    /// @dev The whole list in the long profile. GENIP_SEED plays one seed of it alone.
    function test_everySeedEndsAsThePythonModelSays() external {
        files.pauseGasMetering();
        string memory only = vm.envOr("GENIP_SEED", "");
        string memory json = files.readFile("tests/vectors/histories.json");
        uint256 count;
        for (; exists(json, ".histories", count); ++count) {
            if (count == 16 && bytes(only).length == 0 && !long()) return;
            string memory key = at(".histories", count);
            uint256 seed = files.parseJsonUint(json, string.concat(key, ".seed"));
            if (bytes(only).length > 0 && files.parseUint(only) != seed) continue;
            emit Seed(seed);
            uint256 before = vm.snapshotState();
            (bytes32 steps, bytes32 end_) = this.playSeed(seed);
            vm.revertToState(before);
            eq(steps, files.parseJsonBytes32(json, string.concat(key, ".steps")), "steps");
            eq(end_, files.parseJsonBytes32(json, string.concat(key, ".end")), "end");
        }
        yes(count >= 64, "the list has its seeds");
    }

    /// @dev A seed that fails here fails there; GENIP_SEED plays it in both, on the list or not.
    /// forge-config: default.fuzz.runs = 24
    /// forge-config: long.fuzz.runs = 1500
    function testFuzz_anySeed(uint64 seed) external {
        files.pauseGasMetering();
        string memory only = vm.envOr("GENIP_SEED", "");
        this.playSeed(bytes(only).length > 0 ? files.parseUint(only) : seed);
    }

    /// @notice A file that a failing search in Python has left, named by GENIP_HISTORY.
    function test_history() external {
        files.pauseGasMetering();
        string memory path = vm.envOr("GENIP_HISTORY", "tests/vectors/history.json");
        string memory json = files.readFile(path);
        uint256 count;
        for (; exists(json, ".steps", count); ++count) {
            bytes memory step = files.parseJsonBytes(json, at(".steps", count));
            play(abi.decode(step, (Step)));
        }
        yes(count > 0, "the history has steps");
    }

    function playSeed(uint256 seed) external returns (bytes32 steps, bytes32 end_) {
        begin(seed);
        while (more()) {
            play(next());
        }
        return (played, end());
    }

    // ------------------------------------------------------------------- json

    function at(string memory list, uint256 index) internal pure returns (string memory) {
        return string.concat(list, "[", files.toString(index), "]");
    }

    function exists(
        string memory json,
        string memory list,
        uint256 index
    ) internal view returns (bool) {
        return files.keyExistsJson(json, at(list, index));
    }
}
